; Instructions of one ISA are refused; a comment is a barrier, wherever its operands may be.
; RUN: %opt -passes=multiisa-refuse-unsupported -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: in 'f': inline assembly is for one ISA: use a builtin, an intrinsic of C11, or plain C
; CHECK-NEXT: refusal: in 'constraint': inline assembly with the constraint "Y", which is for one ISA
; CHECK-NEXT: refusal: in 'address': reads a native frame or return address, which means nothing on the other ISA
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f(i32 %x) {
  %r = call i32 asm sideeffect "bswap $0", "=r,0"(i32 %x)
  ret i32 %r
}

define i32 @barrier(i32 %x) {
  %r = call i32 asm sideeffect "# nothing", "=r,0,~{memory}"(i32 %x)
  ret i32 %r
}

define void @constraint(i32 %x) {
  call void asm sideeffect "", "Y"(i32 %x)
  ret void
}

define ptr @address() {
  %p = call ptr @llvm.returnaddress(i32 0)
  ret ptr %p
}

declare ptr @llvm.returnaddress(i32)
