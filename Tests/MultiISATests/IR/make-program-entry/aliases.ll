; An alias becomes what it names, environ is what the program was given, and nothing else can be seen from outside.
; RUN: %opt -passes=multiisa-make-program-entry -S %s | FileCheck %s

; CHECK: @environ = internal global ptr null
;
; CHECK-LABEL: define internal i32 @helper(i32 %x)
; CHECK-NEXT: ret i32 %x
;
; CHECK-LABEL: define internal void @main()
; CHECK-NEXT: %r = call i32 @helper(i32 1)
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define internal void @__popcorn_destructors()
; CHECK-NEXT: ret void
;
; CHECK: define i32 @__popcorn_program(i32 [[V0:%.+]], ptr [[V1:%.+]], ptr [[V2:%.+]])
; CHECK-NEXT: store ptr [[V2]], ptr @environ, align 8
; CHECK-NEXT: call void @main()
; CHECK-NEXT: call void @exit(i32 0)
; CHECK-NEXT: unreachable
;
; CHECK: declare void @exit(i32)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@environ = global ptr null
@other = alias i32 (i32), ptr @helper

define i32 @helper(i32 %x) {
  ret i32 %x
}

define void @main() {
  %r = call i32 @other(i32 1)
  ret void
}
