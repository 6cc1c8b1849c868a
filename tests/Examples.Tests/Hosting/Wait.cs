namespace Examples.Tests.Hosting;

/// <summary>Waits for what should become true, however long a busy machine takes.</summary>
internal static class Wait
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static async Task ForAsync(string what, Func<Task<bool>> isSo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (!await isSo())
        {
            Assert.False(deadline.IsCancellationRequested, $"waited in vain for {what}");
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
