; A finding has the file and the line where it was written.
; RUN: %opt -passes=multiisa-refuse-unsupported -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: /src/spin.c:4: in 'f': uses llvm.x86.sse2.pause, which exists on one ISA only: use vector extensions or plain C
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @f() !dbg !4 {
  call void @llvm.x86.sse2.pause(), !dbg !7
  ret void
}

declare void @llvm.x86.sse2.pause()

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "spin.c", directory: "/src")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 5}
!4 = distinct !DISubprogram(name: "f", scope: !1, file: !1, line: 3, type: !5, spFlags: DISPFlagDefinition, unit: !0)
!5 = !DISubroutineType(types: !6)
!6 = !{null}
!7 = !DILocation(line: 4, column: 3, scope: !4)
