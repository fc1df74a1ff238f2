; Nothing is done, so that any register will do. What has an instruction stays, and is refused elsewhere.
; RUN: %opt -passes=multiisa-lower-empty-assembly -S %s | FileCheck %s

; CHECK-LABEL: define i64 @f(i64 %x)
; CHECK-NEXT: %r = call i64 asm sideeffect "", "=r,0,~{memory}"(i64 %x)
; CHECK-NEXT: ret i64 %r
;
; CHECK-LABEL: define void @real()
; CHECK-NEXT: call void asm sideeffect "nop", "~{dirflag}"()
; CHECK-NEXT: ret void

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i64 @f(i64 %x) {
  %r = call i64 asm sideeffect "# keep ; it", "={ax},0,~{memory},~{dirflag},~{fpsr},~{flags}"(i64 %x)
  ret i64 %r
}

define void @real() {
  call void asm sideeffect "nop", "~{dirflag}"()
  ret void
}
