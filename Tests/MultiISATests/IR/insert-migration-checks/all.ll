; At the entry and in each iteration.
; RUN: %opt -passes='multiisa-insert-migration-checks<all>' -S %s | FileCheck %s

; CHECK-LABEL: define void @spin(
; CHECK: load volatile i32, ptr @__popcorn_flag
; CHECK: call void @__popcorn_point()
; CHECK: loop:
; CHECK-NEXT: load volatile i32, ptr @__popcorn_flag
; CHECK: call void @__popcorn_point()
; CHECK: %v = load volatile i32, ptr %p
; CHECK-NOT: @__popcorn_flag
; CHECK: ret void

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @spin(ptr %p) {
entry:
  br label %loop
loop:
  %v = load volatile i32, ptr %p
  %more = icmp ne i32 %v, 0
  br i1 %more, label %loop, label %end
end:
  ret void
}
