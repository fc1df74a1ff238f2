; Without a pointer to it, there is no such function.
; RUN: %opt -passes=multiisa-define-points-by-address -S %s | FileCheck %s

; CHECK: call void @migrate(i32 1, ptr null, ptr null)
; CHECK-NEXT: call void @migrate_schedule(i64 1, i32 0, ptr null, ptr null)
; CHECK-NOT: by_address

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @f() {
  call void @migrate(i32 1, ptr null, ptr null)
  call void @migrate_schedule(i64 1, i32 0, ptr null, ptr null)
  ret void
}

declare void @migrate(i32, ptr, ptr)
declare void @migrate_schedule(i64, i32, ptr, ptr)
