; What is wider than a register, or may be one thing or another, goes through memory that the compiler cannot see
; through.
; RUN: %opt -passes=multiisa-lower-empty-assembly -S %s | FileCheck %s

; CHECK-LABEL: define <4 x float> @f(<4 x float> %x)
; CHECK-NEXT: %asm.operand = alloca <4 x float>, align 16
; CHECK-NEXT: store volatile <4 x float> %x, ptr %asm.operand, align 16
; CHECK-NEXT: call void asm sideeffect "", "~{memory}"()
; CHECK-NEXT: [[V0:%.+]] = load volatile <4 x float>, ptr %asm.operand, align 16
; CHECK-NEXT: ret <4 x float> [[V0]]
;
; CHECK-LABEL: define void @g(ptr %p)
; CHECK-NEXT: call void asm sideeffect "", "r,~{memory}"(ptr %p)
; CHECK-NEXT: ret void

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define <4 x float> @f(<4 x float> %x) {
  %r = call <4 x float> asm sideeffect "/* keep */", "=x,0"(<4 x float> %x)
  ret <4 x float> %r
}

define void @g(ptr %p) {
  call void asm sideeffect "", "=*m|r,~{memory}"(ptr elementtype(i32) %p)
  ret void
}
