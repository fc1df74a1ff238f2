; Constructors by priority, main, exit: one function. Destructors in the reverse order.
; RUN: %opt -passes=multiisa-make-program-entry -S %s | FileCheck %s

; CHECK-LABEL: define internal void @late()
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define internal void @early(i32 %argc)
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define internal void @first()
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define internal void @last()
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define internal i32 @main(i32 %argc, ptr %argv)
; CHECK-NEXT: ret i32 3
;
; CHECK-LABEL: define internal void @__popcorn_destructors()
; CHECK-NEXT: call void @first()
; CHECK-NEXT: call void @last()
; CHECK-NEXT: ret void
;
; CHECK: define i32 @__popcorn_program(i32 [[V0:%.+]], ptr [[V1:%.+]], ptr [[V2:%.+]])
; CHECK-NEXT: call void @early(i32 [[V0]])
; CHECK-NEXT: call void @late()
; CHECK-NEXT: [[V3:%.+]] = call i32 @main(i32 [[V0]], ptr [[V1]])
; CHECK-NEXT: call void @exit(i32 [[V3]])
; CHECK-NEXT: unreachable
;
; CHECK: declare void @exit(i32)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@llvm.global_ctors = appending global [2 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @late, ptr null }, { i32, ptr, ptr } { i32 101, ptr @early, ptr null }]
@llvm.global_dtors = appending global [2 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 101, ptr @last, ptr null }, { i32, ptr, ptr } { i32 65535, ptr @first, ptr null }]

define internal void @late() {
  ret void
}

define internal void @early(i32 %argc) {
  ret void
}

define internal void @first() {
  ret void
}

define internal void @last() {
  ret void
}

define i32 @main(i32 %argc, ptr %argv) {
  ret i32 3
}
