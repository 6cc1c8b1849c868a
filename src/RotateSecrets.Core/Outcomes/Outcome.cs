using System.Diagnostics.CodeAnalysis;

namespace RotateSecrets.Outcomes;

/// <summary>Makes outcomes of values whose type is an interface, which no implicit conversion takes.</summary>
public static class Outcome
{
    /// <summary>An outcome with a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    public static Outcome<T> Of<T>(T value)
        where T : notnull => Outcome<T>.Of(value);
}

/// <summary>What a call came to: a value, or the failure that stands in its place.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly struct Outcome<T>
    where T : notnull
{
    private readonly T? value;
    private readonly Failure? failure;

    private Outcome(T? value, Failure? failure)
    {
        this.value = value;
        this.failure = failure;
    }

    /// <summary>The failure, or null where there is a value.</summary>
    public Failure? Failure => failure;

    /// <summary>Takes the outcome apart.</summary>
    /// <param name="result">The value, where there is one.</param>
    /// <param name="reason">The failure, where there is none.</param>
    /// <returns>True where there is a value.</returns>
    public bool Succeeded([MaybeNullWhen(false)] out T result, [NotNullWhen(false)] out Failure? reason)
    {
        result = value;
        reason = failure;
        return failure is null;
    }

    internal static Outcome<T> Of(T value) => new(value, null);

    /// <summary>Takes the outcome apart, for who asks for the failure first.</summary>
    /// <param name="reason">The failure, where there is one.</param>
    /// <param name="result">The value, where there is no failure.</param>
    /// <returns>True where there is a failure.</returns>
    public bool Failed([NotNullWhen(true)] out Failure? reason, [MaybeNullWhen(true)] out T result) => !Succeeded(out result, out reason);

    /// <summary>Turns the value into another; a failure stays what it is.</summary>
    /// <typeparam name="TResult">The type of the new value.</typeparam>
    /// <param name="map">Makes the new value.</param>
    public Outcome<TResult> Map<TResult>(Func<T, TResult> map)
        where TResult : notnull => failure is null ? map(value!) : failure;

    /// <summary>An outcome with a value.</summary>
    /// <param name="value">The value.</param>
    [SuppressMessage("Usage", "CA2225", Justification = "The conversion is the constructor; a second name for it would be a second way.")]
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>An outcome without a value.</summary>
    /// <param name="failure">Why there is none.</param>
    [SuppressMessage("Usage", "CA2225", Justification = "The conversion is the constructor; a second name for it would be a second way.")]
    public static implicit operator Outcome<T>(Failure failure) => new(default, failure);
}
