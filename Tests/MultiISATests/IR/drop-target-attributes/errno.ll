; The address of errno is the node's: no call of it may stand for another.
; RUN: %opt -passes=multiisa-drop-target-attributes -S %s | FileCheck %s

; CHECK: %e = call ptr @__errno_location(){{$}}
; CHECK: declare ptr @__errno_location() [[KEPT:#.+]]
; CHECK: attributes [[KEPT]] = { nounwind }

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f() {
  %e = call ptr @__errno_location() #1
  %v = load i32, ptr %e
  ret i32 %v
}

declare ptr @__errno_location() #0

attributes #0 = { nounwind willreturn memory(none) }
attributes #1 = { memory(none) }
