import ISA

/// A step of `ImageStore.ensure` that has begun.
package struct ImageProgress: Sendable, Equatable {
    /// The steps, about in their order. Images are built side by side, and so are the parts of one.
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
    /// What has begun, or is done.
    package var step: Step
}
