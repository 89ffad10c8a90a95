using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// A formula of rows of logits x and a target row: ℓ = Σⱼ f(aⱼ, bⱼ), where aⱼ = xⱼ − ln Σₖ e^xₖ is the logarithm of a probability
/// and bⱼ an element of the target. Example: cross-entropy, with f = −b a.
/// </summary>
/// <remarks>
/// A logit of −∞ is a class with probability 0. If one factor is 0 there and another infinite, pass the infinite one through
/// <see cref="Guards.ZeroIfInfinite"/>.
/// </remarks>
public interface ISoftmaxFormula
{
    /// <summary>Gets whether f is 0 for b = 0 and every a: of a row whose target is one class, a single term is then computed.</summary>
    static abstract bool VanishesWithTarget { get; }

    /// <summary>Computes the formula. The exponentials are inputs, to be reused; p = eᵃ is undefined if a is not a logarithm.</summary>
    /// <param name="a">The logarithm of a probability, or the logit less another <see cref="RowOrigin"/>.</param>
    /// <param name="p">eᵃ.</param>
    /// <param name="b">The element of the target: a probability, or its logarithm.</param>
    /// <param name="q">e^b if the target holds logarithms, else undefined.</param>
    T Value<T>(T a, T p, T b, T q)
        where T : struct, IReal<T>;
}

/// <summary>The number that is subtracted from a row of logits before the formula is evaluated.</summary>
public enum RowOrigin
{
    /// <summary>ln Σ eˣ: logits become the logarithms of probabilities.</summary>
    LogSumExp,

    /// <summary>Zero: the row holds the inputs of the formula, such as logarithms of probabilities.</summary>
    Zero,

    /// <summary>The element of the target's class: the formula receives differences from it.</summary>
    TargetClass,
}
