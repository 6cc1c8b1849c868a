using RotateSecrets.Installation;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Local.Services;

/// <summary>Turns the exceptions of files into failures.</summary>
internal static class FileFailure
{
    /// <summary>Whether it is about files.</summary>
    public static bool Fits(Exception fault) => fault is IOException or UnauthorizedAccessException;

    /// <summary>The failure.</summary>
    /// <param name="fault">What was thrown.</param>
    /// <param name="target">What it happened to.</param>
    /// <param name="what">What could not be done, as a clause that begins with its subject.</param>
    public static Failure Of(Exception fault, string target, string what) => fault switch
    {
        IOException full when DiskFault.IsDiskFull(full) => new Failure(FailureCode.DiskFull, target, $"{what}: the disk is full."),
        UnauthorizedAccessException => new Failure(FailureCode.AccessDenied, target, $"{what}: this user is not permitted to."),
        _ => new Failure(FailureCode.AccessDenied, target, $"{what} ({fault.GetType().Name})."),
    };

    /// <summary>Ends a stream at its first failure, and turns what it throws about files into one.</summary>
    public static async IAsyncEnumerable<Outcome<T>> GuardAsync<T>(IAsyncEnumerable<Outcome<T>> work, string target, string what)
        where T : notnull
    {
        await using var items = work.GetAsyncEnumerator();
        while (true)
        {
            Outcome<T>? next;
            try
            {
                next = await items.MoveNextAsync() ? items.Current : (Outcome<T>?)null;
            }
            catch (Exception e) when (Fits(e))
            {
                next = Of(e, target, what);
            }

            if (next is not { } item)
            {
                yield break;
            }

            yield return item;
            if (item.Failure is not null)
            {
                yield break;
            }
        }
    }
}
