; What holds a thread is named by its kind.
; RUN: %opt -passes='multiisa-note-held-threads<outer>' -disable-output %s 2>&1 | FileCheck %s

; CHECK: holds-short: in 'short': it calls nothing and has no loop, so it has no migration check and is soon over
; CHECK-NEXT: holds-no-point: in 'endless': no path leads from it to a migration point
; CHECK-NEXT: holds-handler: in 'calls': calls signal: handler runs on a shadow stack of its own and never moves
; CHECK-NEXT: holds-callback: in 'calls': calls scandir, which calls handler: no move until it returns
; CHECK-NEXT: holds-node-local: in 'calls': calls fmemopen: a stream of memory or of own functions: no hop until it is closed
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define internal void @handler(i32 %n) {
  call void @__popcorn_point()
  ret void
}

define i32 @short(i32 %x) {
  ret i32 %x
}

define void @endless() {
  br label %loop
loop:
  br label %loop
}

define void @calls(ptr %p) {
  call void @__popcorn_point()
  call void @signal(i32 2, ptr @handler)
  call void @scandir(ptr %p, ptr %p, ptr @handler, ptr null)
  %t = call ptr @fmemopen(ptr null, i64 1, ptr null)
  ret void
}

declare void @__popcorn_point()
declare void @signal(i32, ptr)
declare void @scandir(ptr, ptr, ptr, ptr)
declare ptr @fmemopen(ptr, i64, ptr)
