using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// A loss of rows of logits x against a target row: ℓ = Σⱼ f(aⱼ, bⱼ), where aⱼ = xⱼ − ln Σₖ e^xₖ is the logarithm of a probability
/// and b what the target holds. Cross-entropy is one, with f = −b a.
/// </summary>
/// <remarks>
/// A logit of −∞ is a class with probability 0. Where a factor is 0 there and another infinite, hold the infinite one with
/// <see cref="Guards.ZeroIfInfinite"/>.
/// </remarks>
public interface ISoftmaxFormula
{
    /// <summary>Whether f is 0 for b = 0 whatever a is: of a row whose target is one class, a single term is then worked out.</summary>
    static abstract bool VanishesWithTarget { get; }

    /// <summary>The formula. The exponentials are at hand and need not be taken again; p = eᵃ is not set where a is no logarithm.</summary>
    /// <param name="a">The logarithm of a probability, or what else <see cref="RowOrigin"/> makes of the row.</param>
    /// <param name="p">eᵃ.</param>
    /// <param name="b">The target's number: a probability, or its logarithm.</param>
    /// <param name="q">e^b where the target holds logarithms, else not set.</param>
    T Value<T>(T a, T p, T b, T q)
        where T : struct, IReal<T>;
}

/// <summary>What is subtracted from a row before the formula sees it.</summary>
public enum RowOrigin
{
    /// <summary>ln Σ eˣ: logits become the logarithms of probabilities.</summary>
    LogSumExp,

    /// <summary>Nothing: the row holds what the formula expects, such as logarithms of probabilities.</summary>
    Zero,

    /// <summary>The element of the target's class: the formula sees differences to it.</summary>
    TargetClass,
}
