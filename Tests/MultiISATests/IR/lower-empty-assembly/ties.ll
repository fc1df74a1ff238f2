; A value in the same register before and after the statement is the same, as a variable in a named register is.
; RUN: %opt -passes=multiisa-lower-empty-assembly -S %s | FileCheck %s

; CHECK-LABEL: define i32 @same(i32 %x)
; CHECK-NEXT: %r = call i32 asm "", "=r,0"(i32 %x)
; CHECK-NEXT: ret i32 %r
;
; CHECK-LABEL: define i32 @second(i32 %x, i32 %y)
; CHECK-NEXT: %r = call { i32, i32 } asm "", "=r,=r,r,1"(i32 %x, i32 %y)
;
; CHECK-LABEL: define i32 @narrow(i8 %x)
; CHECK-NEXT: %asm.operand = alloca i32, align 4
; CHECK-NEXT: [[V0:%.+]] = zext i8 %x to i32
; CHECK-NEXT: store volatile i32 [[V0]], ptr %asm.operand, align 4
; CHECK-NEXT: [[V1:%.+]] = load volatile i32, ptr %asm.operand, align 4
; CHECK-NEXT: ret i32 [[V1]]

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @same(i32 %x) {
  %r = call i32 asm "", "={ax},{ax},~{dirflag},~{fpsr},~{flags}"(i32 %x)
  ret i32 %r
}

define i32 @second(i32 %x, i32 %y) {
  %r = call { i32, i32 } asm "", "={ax},={dx},{cx},{dx}"(i32 %x, i32 %y)
  %s = extractvalue { i32, i32 } %r, 1
  ret i32 %s
}

define i32 @narrow(i8 %x) {
  %r = call i32 asm "", "={ax},{ax}"(i8 %x)
  ret i32 %r
}
