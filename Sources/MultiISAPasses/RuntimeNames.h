//===- RuntimeNames.h - What compiled code and the runtime agree on ======//
//
// Images/runtime/include/popcorn_abi.h has what the runtime reads too.
//
//===----------------------------------------------------------------------===//
#ifndef MULTIISA_RUNTIMENAMES_H
#define MULTIISA_RUNTIMENAMES_H

#include "../../Images/runtime/include/popcorn_abi.h"
#include "MultiISAPasses.h"
#include <cstddef>
#include <cstdint>

namespace multiisa {

/// A thread's shadow stack is one aligned slot of this size, so that `frame & -ShadowSlotSize` finds its start.
constexpr uint64_t ShadowSlotSize = POPCORN_STACK_SIZE;
/// At a slot's start lies the thread's control block: where a callback's frames may begin ...
constexpr uint64_t ThreadFrameTop = offsetof(popcorn_thread_head, frame_top);
/// ... how many native frames of libc are on the thread's stack ...
constexpr uint64_t ThreadNativeDepth = offsetof(popcorn_thread_head, native_depth);
/// ... and, from here on, the thread's copy of all thread-local variables.
constexpr uint64_t ThreadLocals = POPCORN_LOCALS;

/// The size of a function slot, and its three entries.
constexpr uint64_t FunctionSlotSize = 32;
constexpr uint64_t SlotNativeEntry = 0, SlotFastEntry = 8, SlotResumeEntry = 16;

/// Behind a function's slot lies that of its twin, which takes all arguments in memory (VariadicTwins.cpp). It may read
/// as many arguments as fit into registers, whether they were passed or not.
constexpr uint64_t TwinRegisters = 8, TwinSlack = 8 * TwinRegisters;

/// Every frame starts with the id of the call site that is active in it (32 bits); frames that grow keep their top
/// next.
constexpr uint64_t FrameSite = 0, FrameTop = 8;
constexpr uint64_t FrameAlignment = 16;

namespace names {
// Functions of the runtime.
constexpr char Check[] = "__popcorn_check";
constexpr char CheckWithCallback[] = "__popcorn_check_migrate";
constexpr char Migrate[] = "__popcorn_migrate";
constexpr char Schedule[] = "__popcorn_migrate_schedule";
constexpr char Arrived[] = "__popcorn_arrived";
constexpr char Setjmp[] = "__popcorn_setjmp";
constexpr char Jumped[] = "__popcorn_jumped";
// Variables of the runtime.
constexpr char Flag[] = "__popcorn_flag";
constexpr char CurrentThread[] = "__popcorn_thread";
// Placeholders between the passes.
constexpr char Point[] = "__popcorn_point";
constexpr char SetjmpPoint[] = "__popcorn_setjmp_point";
constexpr char Locals[] = "__popcorn_locals";
/// A null pointer that the optimiser does not see through.
constexpr char Null[] = "__popcorn_null";
/// An attribute of variadic functions, once they have a parameter for slots.
constexpr char TakesSlots[] = "popcorn-takes-slots";
/// Metadata of a module with calls of twins.
constexpr char CallsTwins[] = "popcorn.calls_twins";
// What the passes make and the runtime uses.
constexpr char Program[] = "__popcorn_program";
constexpr char Destructors[] = "__popcorn_destructors";
constexpr char Begin[] = "__popcorn_begin";
constexpr char Continue[] = "__popcorn_continue";
constexpr char BeginThread[] = "__popcorn_begin_thread";
constexpr char ContinueThread[] = "__popcorn_continue_thread";
constexpr char Slots[] = "__popcorn_slots";
constexpr char LocalsImage[] = "__popcorn_locals_image";
constexpr char LocalsSize[] = "__popcorn_locals_size";
constexpr char SiteFrames[] = "__popcorn_site_frames";
constexpr char SiteCount[] = "__popcorn_site_count";
// An attribute of functions of the runtime's module part, which the driver sets.
constexpr char RuntimeAttribute[] = MULTIISA_RUNTIME_ATTRIBUTE;
} // namespace names

} // namespace multiisa
#endif
