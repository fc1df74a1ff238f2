; All variables become one structure with an image of its first content; an address is an offset into it.
; RUN: %opt -passes=multiisa-lower-thread-locals -S %s | FileCheck %s

; CHECK: @pointer = global ptr null
; CHECK: @__popcorn_locals_image = constant <{ i8, [3 x i8], i32 }> <{ i8 1, [3 x i8] zeroinitializer, i32 5 }>, align 16
; CHECK: @__popcorn_locals_size = constant i64 8
;
; CHECK-LABEL: define i32 @f()
; CHECK-NEXT: [[V0:%.+]] = call ptr @__popcorn_locals()
; CHECK-NEXT: %b = getelementptr inbounds i8, ptr [[V0]], i64 4
; CHECK-NEXT: %v = load i32, ptr %b, align 4
; CHECK-NEXT: ret i32 %v
;
; CHECK: declare ptr @__popcorn_locals(){{.*}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@a = thread_local global i8 1
@b = internal thread_local global i32 5, align 4
@pointer = global ptr null

define i32 @f() {
  %p = call ptr @llvm.threadlocal.address.p0(ptr @b)
  %v = load i32, ptr %p
  ret i32 %v
}

declare ptr @llvm.threadlocal.address.p0(ptr)
