namespace RotateSecrets.Stores;

/// <summary>What a store can do. The strategy of a rotation follows from it.</summary>
[Flags]
public enum StoreCapabilities
{
    /// <summary>It takes a value, and no more.</summary>
    None = 0,

    /// <summary>A value can be read back.</summary>
    Readable = 1,

    /// <summary>A write leaves the earlier value in place as a version of its own.</summary>
    Versioned = 2,

    /// <summary>A version can wait as pending, and be promoted.</summary>
    Staged = 4,

    /// <summary>A write can be made to fail where somebody else wrote first.</summary>
    CompareAndSet = 8,

    /// <summary>A write repeated with the same token is the same write.</summary>
    Idempotent = 16,

    /// <summary>It tells who read which version.</summary>
    Audited = 32,

    /// <summary>A version's value can be destroyed while the others stay.</summary>
    Revocable = 64,

    /// <summary>It can have a secret rotated by a function of its own.</summary>
    SelfRotating = 128,
}

/// <summary>What a caller wants to do at an address.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>List the versions.</summary>
    List = 1,

    /// <summary>Read a value.</summary>
    Read = 2,

    /// <summary>Write a version.</summary>
    Write = 4,

    /// <summary>Move a version to another stage.</summary>
    Promote = 8,

    /// <summary>Revoke a version.</summary>
    Revoke = 16,

    /// <summary>Everything that a rotation does.</summary>
    Rotate = List | Read | Write | Promote | Revoke,

    /// <summary>Take a secret away with all that it ever held, as a second name is in the end. No part of <see cref="Rotate"/>.</summary>
    Remove = 32,
}
