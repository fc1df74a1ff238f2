/// A plugin for opt-19, which exports what `llvm/Passes/PassPlugin.h` demands; nothing of ours includes this.
