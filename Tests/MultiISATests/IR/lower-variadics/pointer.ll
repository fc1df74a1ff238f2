; Through a pointer, all arguments go in slots to the twin, one slot further. libc's own functions are called as their
; convention says.
; RUN: %opt -passes=multiisa-lower-variadics -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f(ptr %p, ptr %path)
; CHECK-NEXT: %slots = alloca [88 x i8], align 16
; CHECK-NEXT: [[V0:%.+]] = getelementptr i8, ptr %slots, i64 0
; CHECK-NEXT: store ptr %path, ptr [[V0]], align 8
; CHECK-NEXT: [[V1:%.+]] = getelementptr i8, ptr %slots, i64 8
; CHECK-NEXT: store i32 1, ptr [[V1]], align 8
; CHECK-NEXT: [[V2:%.+]] = getelementptr i8, ptr %slots, i64 16
; CHECK-NEXT: store i32 420, ptr [[V2]], align 8
; CHECK-NEXT: [[V3:%.+]] = getelementptr i8, ptr %p, i64 32
; CHECK-NEXT: %a = call i32 [[V3]](ptr %slots)
; CHECK-NEXT: %b = call i32 (ptr, i32, ...) %p(ptr %path, i32 1)
; CHECK-NEXT: ret i32 %a
;
; CHECK-LABEL: define i32 @libc(ptr %format)
; CHECK-NEXT: %r = call i32 (ptr, ...) @printf(ptr %format, i32 1)
; CHECK-NEXT: ret i32 %r
;
; CHECK: declare i32 @printf(ptr, ...)
; CHECK: !popcorn.calls_twins = !{}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f(ptr %p, ptr %path) {
  %a = call i32 (ptr, i32, ...) %p(ptr %path, i32 1, i32 420)
  %b = call i32 (ptr, i32, ...) %p(ptr %path, i32 1)
  ret i32 %a
}

define i32 @libc(ptr %format) {
  %r = call i32 (ptr, ...) @printf(ptr %format, i32 1)
  ret i32 %r
}

declare i32 @printf(ptr, ...)
