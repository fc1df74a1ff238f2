; Where loops have no checks, a loop from which no migration point is reached holds.
; RUN: %opt -passes='multiisa-note-held-threads<entry>' -disable-output %s 2>&1 | FileCheck %s

; CHECK: holds-loop: in 'f': a loop without a migration point
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @f(ptr %p) {
entry:
  call void @__popcorn_point()
  br label %loop
loop:
  %v = load volatile i32, ptr %p
  %more = icmp ne i32 %v, 0
  br i1 %more, label %loop, label %end
end:
  ret void
}

declare void @__popcorn_point()
