; What the front end says of its processor goes; what it says of the code stays.
; RUN: %opt -passes=multiisa-drop-target-attributes -S %s | FileCheck %s

; CHECK: define void @f() [[KEPT:#.+]] {
; CHECK: attributes [[KEPT]] = { noinline "frame-pointer"="all" }

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @f() #0 {
  ret void
}

attributes #0 = { noinline sspstrong uwtable "target-cpu"="x86-64" "target-features"="+sse2" "tune-cpu"="generic" "frame-pointer"="all" }
