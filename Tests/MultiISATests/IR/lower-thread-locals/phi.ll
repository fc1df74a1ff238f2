; An address in a constant expression is computed where the value comes from. What the control block cannot align is
; refused.
; RUN: %opt -passes=multiisa-lower-thread-locals -S %s | FileCheck %s

; CHECK: @__popcorn_locals_image = constant <{ i32, [4092 x i8], i32 }> zeroinitializer, align 16
; CHECK: @__popcorn_locals_size = constant i64 4100
;
; CHECK-LABEL: define ptr @f(i1 %c)
; CHECK-NEXT: br i1 %c, label %yes, label %no
; CHECK: {{^}}yes:
; CHECK-NEXT: [[V0:%.+]] = call ptr @__popcorn_locals()
; CHECK-NEXT: %a = getelementptr inbounds i8, ptr [[V0]], i64 0
; CHECK-NEXT: [[V1:%.+]] = getelementptr i8, ptr %a, i64 2
; CHECK-NEXT: br label %no
; CHECK: {{^}}no:
; CHECK-NEXT: %p = phi ptr [ null, [[V2:%.+]] ], [ [[V1]], %yes ]
; CHECK-NEXT: ret ptr %p
;
; CHECK: declare ptr @__popcorn_locals(){{.*}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@a = thread_local global i32 0
@huge = thread_local global i32 0, align 4096

define ptr @f(i1 %c) {
  br i1 %c, label %yes, label %no
yes:
  br label %no
no:
  %p = phi ptr [ null, %0 ], [ getelementptr (i8, ptr @a, i64 2), %yes ]
  ret ptr %p
}
