; A function that calls gets a check; one that is soon over does not.
; RUN: %opt -passes='multiisa-insert-migration-checks<entry>' -S %s | FileCheck %s

; CHECK-LABEL: define void @caller()
; CHECK: [[ASKED:%.+]] = load volatile i32, ptr @__popcorn_flag
; CHECK-NEXT: [[MOVES:%.+]] = icmp ne i32 [[ASKED]], 0
; CHECK-NEXT: br i1 [[MOVES]], label %[[POINT:.+]], label %[[ON:.+]], !prof [[NEVER:!.+]]
; CHECK: [[POINT]]:
; CHECK-NEXT: call void @__popcorn_point()
; CHECK-NEXT: br label %[[ON]]
; CHECK: [[ON]]:
; CHECK-NEXT: call void @g()
; CHECK-LABEL: define i32 @bounded(
; CHECK-NEXT: %r = mul i32 %x, 3
; CHECK: declare void @__popcorn_point() [[COLD:#.+]]
; CHECK: attributes [[COLD]] = { cold }
; CHECK: [[NEVER]] = !{!"branch_weights", i32 1, i32 1048576}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @caller() {
  call void @g()
  ret void
}

define i32 @bounded(i32 %x) {
  %r = mul i32 %x, 3
  ret i32 %r
}

declare void @g()
