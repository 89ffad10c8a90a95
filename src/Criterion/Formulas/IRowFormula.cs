using System.Runtime.CompilerServices;
using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// A formula of rows: ℓ = f(Σⱼ s₁, …, Σⱼ s_K; t), where the statistics s are pointwise in up to three rows and t is one number per
/// row. Example: cosine similarity, with s = (x y, x², y²).
/// </summary>
/// <remarks>
/// Avoid 0/0 and √ at 0: add a small number inside the root, or select a safe argument before computing it, as
/// <see cref="IReal{T}.PowOrZero"/> does.
/// </remarks>
public interface IRowFormula
{
    /// <summary>The number of rows that the formula takes: 1, 2 or 3.</summary>
    static abstract int Arity { get; }

    /// <summary>
    /// Returns whether the value is a small difference of these sums, so that the driver sums floats again in double precision. It always
    /// does so for sums out of the range of floats.
    /// </summary>
    static virtual bool Cancels(Statistics<Real> sums) => false;

    /// <summary>Computes the statistics of one element of the rows; unused ones are default.</summary>
    Statistics<T> Terms<T>(T a, T b, T c)
        where T : struct, IReal<T>;

    /// <summary>Computes the loss of a row from its summed statistics and its own number <paramref name="t"/>. Default: 0.</summary>
    T Value<T>(Statistics<T> sums, T t)
        where T : struct, IReal<T>;
}

/// <summary>Up to four statistics, or their sums.</summary>
/// <typeparam name="T">The number.</typeparam>
public readonly record struct Statistics<T>
    where T : struct, IReal<T>
{
    /// <summary>Initializes the statistics.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    /// <param name="third">The third.</param>
    /// <param name="fourth">The fourth.</param>
    public Statistics(T first, T second, T third, T fourth)
    {
        // One by one: a tuple would copy each lane once more in the loops.
        First = first;
        Second = second;
        Third = third;
        Fourth = fourth;
    }

    /// <summary><inheritdoc cref="Statistics(T, T, T, T)" path="/param[@name='first']/node()"/></summary>
    public T First { get; }

    /// <summary><inheritdoc cref="Statistics(T, T, T, T)" path="/param[@name='second']/node()"/></summary>
    public T Second { get; }

    /// <summary><inheritdoc cref="Statistics(T, T, T, T)" path="/param[@name='third']/node()"/></summary>
    public T Third { get; }

    /// <summary><inheritdoc cref="Statistics(T, T, T, T)" path="/param[@name='fourth']/node()"/></summary>
    public T Fourth { get; }

    /// <summary>Returns statistics of which the last are unused.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<T> Of(T first) => new(first, T.Zero, T.Zero, T.Zero);

    /// <inheritdoc cref="Of(T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<T> Of(T first, T second) => new(first, second, T.Zero, T.Zero);

    /// <inheritdoc cref="Of(T)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Statistics<T> Of(T first, T second, T third) => new(first, second, third, T.Zero);

    /// <summary>Returns the statistics as dual numbers, of which one varies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Statistics<Dual<T>> Seed<TInput>(Statistics<T> values)
        where TInput : struct, IInput =>
        new(TInput.Dense(0, values.First), TInput.Dense(1, values.Second), TInput.Dense(2, values.Third), TInput.Dense(3, values.Fourth));

    /// <summary>Applies a function to each statistic.</summary>
    internal Statistics<TResult> Select<TResult>(Func<T, TResult> function)
        where TResult : struct, IReal<TResult> => new(function(First), function(Second), function(Third), function(Fourth));
}
