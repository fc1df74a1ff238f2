; `asm goto` that does nothing goes on behind itself; one with an instruction stays, and is refused elsewhere.
; RUN: %opt -passes=multiisa-lower-empty-assembly -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f(i32 %x)
; CHECK: call void asm sideeffect "", "r,~{memory}"(i32 %x)
; CHECK-NEXT: br label %next
; CHECK: out:
; CHECK-NEXT: ret i32 1
;
; CHECK-LABEL: define void @real()
; CHECK-NEXT: callbr void asm sideeffect "jmp ${0:l}", "!i"()

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f(i32 %x) {
entry:
  callbr void asm sideeffect "# ${1:l}", "{cx},!i,~{memory}"(i32 %x) to label %next [label %out]
next:
  br label %out
out:
  %r = phi i32 [ 0, %entry ], [ 1, %next ]
  ret i32 %r
}

define void @real() {
  callbr void asm sideeffect "jmp ${0:l}", "!i"() to label %next [label %out]
next:
  ret void
out:
  ret void
}
