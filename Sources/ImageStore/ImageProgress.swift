import ISA

/// A step of `ImageStore.ensure` that has begun.
package struct ImageProgress: Sendable, Equatable {
    package enum Step: Sendable, Equatable {
        /// Another process may be building the same image.
        case waiting
        case fetchingLists
        case resolving
        /// A number of packages, and their size in bytes.
        case downloading(packages: Int, bytes: Int)
        case unpacking
        case compilingModules
        case compilingPrograms
        case writing
        /// The id of the image.
        case done(String)
    }

    /// `nil` for what is done for all ISAs at once.
    package var isa: ISA?
    package var step: Step
}
