; A counted loop runs in chunks of 4096, with a check between two; a short one has none.
; RUN: %opt -passes='multiisa-insert-migration-checks<outer>' -S %s | FileCheck %s

; CHECK-LABEL: define void @fill(
; CHECK: call void @__popcorn_point()
; CHECK: chunk:
; CHECK-NEXT: [[I:%.+]] = phi i64 [ 0, %{{.+}} ], [ %next, %{{.+}} ]
; CHECK-NEXT: [[FIRST:%.+]] = add i64 [[I]], 1
; CHECK-NEXT: [[LEFT:%.+]] = sub i64 %n, [[FIRST]]
; CHECK-NEXT: [[LONG:%.+]] = icmp ugt i64 [[LEFT]], 4096
; CHECK-NEXT: [[LAST:%.+]] = add i64 [[FIRST]], 4096
; CHECK-NEXT: %chunk.limit = select i1 [[LONG]], i64 [[LAST]], i64 %n
; CHECK: loop:
; CHECK-NEXT: %i = phi i64 [ [[I]], %chunk ], [ %next, %loop ]
; CHECK-NOT: @__popcorn_flag
; CHECK: [[GOES:%.+]] = icmp ne i64 %next, %chunk.limit
; CHECK-NEXT: br i1 [[GOES]], label %loop, label %chunk.done
; CHECK: chunk.done:
; CHECK-NEXT: [[MORE:%.+]] = icmp ne i64 %next, %n
; CHECK-NEXT: br i1 [[MORE]], label %chunk.between, label %end
; CHECK: chunk.between:
; CHECK-NEXT: load volatile i32, ptr @__popcorn_flag
; CHECK: call void @__popcorn_point()
; CHECK: br label %chunk
;
; CHECK-LABEL: define void @short(
; CHECK: call void @__popcorn_point()
; CHECK: loop:
; CHECK-NOT: @__popcorn_flag
; CHECK: ret void

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @fill(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr i64, ptr %p, i64 %i
  store i64 %i, ptr %at
  %next = add i64 %i, 1
  %more = icmp ne i64 %next, %n
  br i1 %more, label %loop, label %end
end:
  ret void
}

define void @short(ptr %p) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr i64, ptr %p, i64 %i
  store i64 %i, ptr %at
  %next = add i64 %i, 1
  %more = icmp ne i64 %next, 16
  br i1 %more, label %loop, label %end
end:
  ret void
}
