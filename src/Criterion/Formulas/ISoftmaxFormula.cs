using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// A loss of rows of logits x against a target row: ℓ = Σⱼ f(aⱼ, bⱼ), where aⱼ = xⱼ − ln Σₖ e^xₖ is the logarithm of a probability
/// and b what the target holds. Cross-entropy is one, with f = −b a.
/// </summary>
/// <remarks>
/// A logit of −∞ is a class with probability 0. Where a factor is 0 there and another infinite, hold the infinite one with
/// <see cref="TensorFormula.Held"/>.
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

/// <summary>What rows of logits are compared with.</summary>
public sealed record SoftmaxTarget
{
    SoftmaxTarget(Tensor values) => Values = values;

    /// <summary>A class for each row: q is Keep + Spread at that class and Spread at the others, times the weights; no one-hot tensor is made.</summary>
    /// <param name="classes">Int64, the shape of the rows without the last dimension; a row with a negative class is left out.</param>
    /// <param name="weight">A factor for each class, or null.</param>
    /// <param name="smoothing">The share of the target that is spread evenly over all classes.</param>
    public static SoftmaxTarget Classes(Tensor classes, Tensor? weight = null, double smoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new(classes) { AreClasses = true, Weight = weight, Smoothing = smoothing };
    }

    /// <summary>Rows of numbers, such as probabilities; their gradient is worked out where they want one.</summary>
    /// <inheritdoc cref="Classes"/>
    /// <param name="rows">The shape of the logits.</param>
    /// <param name="weight">A factor for each class, or null.</param>
    /// <param name="smoothing">The share of the target that is spread evenly over all classes.</param>
    public static SoftmaxTarget Rows(Tensor rows, Tensor? weight = null, double smoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(rows) { Weight = weight, Smoothing = smoothing };
    }

    /// <summary>Rows of logarithms of probabilities; the row that they are compared with holds such too.</summary>
    /// <param name="rows">The shape of the logits.</param>
    public static SoftmaxTarget LogProbabilities(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(rows) { AreLogs = true };
    }

    /// <summary>Rows of logits: the formula sees their log-softmax, through which their gradient goes.</summary>
    /// <param name="rows">The shape of the other logits.</param>
    public static SoftmaxTarget Logits(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(rows) { AreLogits = true, AreLogs = true };
    }

    internal Tensor Values { get; private init; }

    internal bool AreClasses { get; private init; }

    internal bool AreLogits { get; private init; }

    /// <summary>Whether the formula sees logarithms of probabilities.</summary>
    internal bool AreLogs { get; private init; }

    internal Tensor? Weight { get; private init; }

    internal double Smoothing { get; private init; }

    /// <summary>Whether q is the target's rows as they are.</summary>
    internal bool IsPlain => !AreClasses && Weight is null && Smoothing == 0;

    /// <summary>The share that stays where the target has it.</summary>
    internal double Keep => 1 - Smoothing;

    /// <summary>The share that every class gets.</summary>
    internal double Spread(int classes) => Smoothing / classes;

    /// <summary>The same with rows and weights in one type and contiguous.</summary>
    internal SoftmaxTarget As(DType type) => this with
    {
        Values = (AreClasses ? Values.Detach() : Values.To(type)).Contiguous(),
        Weight = Weight?.Detach().To(type).Contiguous(),
    };
}
