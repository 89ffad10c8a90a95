using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Criterion.Losses;

/// <summary>The weight of a loss as a function of the step. A number is a constant one.</summary>
/// <remarks>A step is whatever you count, batches or epochs. Weights multiply: <c>new LinearWeight(0, 1, 1000) * 10</c>.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ConstantWeight), "constant")]
[JsonDerivedType(typeof(LinearWeight), "linear")]
[JsonDerivedType(typeof(CosineWeight), "cosine")]
[JsonDerivedType(typeof(StepWeight), "step")]
[JsonDerivedType(typeof(ProductWeight), "product")]
public abstract record WeightSchedule
{
    /// <summary>The weight at a step.</summary>
    /// <param name="step">How many steps were taken, not below 0.</param>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Value(step);
    }

    /// <summary>A number is a constant weight.</summary>
    public static implicit operator WeightSchedule(double value) => new ConstantWeight(value);

    /// <summary>The product at each step.</summary>
    public static WeightSchedule operator *(WeightSchedule a, WeightSchedule b) => (a, b) switch
    {
        (ConstantWeight x, ConstantWeight y) => x.Weight * y.Weight,
        (ConstantWeight { Weight: 1 }, _) => b,
        (_, ConstantWeight { Weight: 1 }) => a,
        _ => new ProductWeight(a, b),
    };

    /// <summary>The weight at a step that was checked.</summary>
    private protected abstract double Value(long step);

    private protected static double Finite(double weight, [CallerMemberName] string option = "") =>
        Require.Finite(weight, "A weight of a loss", option);

    private protected static long Positive(long steps, [CallerMemberName] string option = "") =>
        Require.That(steps >= 1, steps, "A weight of a loss", "at least 1 step", option);

    /// <summary>How much of the way is gone, in [0, 1].</summary>
    private protected static double Progress(long step, long start, long steps) => Math.Clamp((step - start) / (double)steps, 0, 1);
}

/// <summary>The same weight at every step.</summary>
/// <param name="Weight">The weight, finite; below 0 the loss is driven up.</param>
public sealed record ConstantWeight(double Weight) : WeightSchedule
{
    /// <inheritdoc cref="ConstantWeight(double)"/>
    public double Weight { get; init => field = Finite(value); } = Finite(Weight);

    /// <inheritdoc/>
    public override string ToString() => NumberText.Format(Weight, 6);

    private protected override double Value(long step) => Weight;
}

/// <summary>A weight on a straight line, and constant before and after it: from + (to − from) · (step − start) / steps. From 0 it is a warm-up.</summary>
/// <param name="From">The weight until the start.</param>
/// <param name="To">The weight from the end on.</param>
/// <param name="Steps">How many steps the change takes.</param>
/// <param name="Start">The step at which it begins.</param>
public sealed record LinearWeight(double From, double To, long Steps, long Start = 0) : WeightSchedule
{
    /// <inheritdoc cref="LinearWeight(double, double, long, long)"/>
    public double From { get; init => field = Finite(value); } = Finite(From);

    /// <inheritdoc cref="LinearWeight(double, double, long, long)"/>
    public double To { get; init => field = Finite(value); } = Finite(To);

    /// <inheritdoc cref="LinearWeight(double, double, long, long)"/>
    public long Steps { get; init => field = Positive(value); } = Positive(Steps);

    private protected override double Value(long step) => From + ((To - From) * Progress(step, Start, Steps));
}

/// <summary>
/// A weight along half a cosine, slow at both ends and constant before and after them: from + (to − from) · (1 − cos π p) / 2, p = (step − start) / steps.
/// </summary>
/// <param name="From">The weight until the start.</param>
/// <param name="To">The weight from the end on.</param>
/// <param name="Steps">How many steps the change takes.</param>
/// <param name="Start">The step at which it begins.</param>
public sealed record CosineWeight(double From, double To, long Steps, long Start = 0) : WeightSchedule
{
    /// <inheritdoc cref="CosineWeight(double, double, long, long)"/>
    public double From { get; init => field = Finite(value); } = Finite(From);

    /// <inheritdoc cref="CosineWeight(double, double, long, long)"/>
    public double To { get; init => field = Finite(value); } = Finite(To);

    /// <inheritdoc cref="CosineWeight(double, double, long, long)"/>
    public long Steps { get; init => field = Positive(value); } = Positive(Steps);

    private protected override double Value(long step) => From + ((To - From) * (1 - Math.Cos(Math.PI * Progress(step, Start, Steps))) / 2);
}

/// <summary>A weight in stairs: weight · factor^⌊step / every⌋.</summary>
/// <param name="Weight">The weight at the start.</param>
/// <param name="Every">Steps from one stair to the next.</param>
/// <param name="Factor">What the weight is multiplied by at each.</param>
public sealed record StepWeight(double Weight, long Every, double Factor = 0.1) : WeightSchedule
{
    /// <inheritdoc cref="StepWeight(double, long, double)"/>
    public double Weight { get; init => field = Finite(value); } = Finite(Weight);

    /// <inheritdoc cref="StepWeight(double, long, double)"/>
    public long Every { get; init => field = Positive(value); } = Positive(Every);

    /// <inheritdoc cref="StepWeight(double, long, double)"/>
    public double Factor { get; init => field = Finite(value); } = Finite(Factor);

    private protected override double Value(long step) => Weight * Math.Pow(Factor, step / Every);
}

/// <summary>The product of two weights, as <c>a * b</c> makes it.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
public sealed record ProductWeight(WeightSchedule First, WeightSchedule Second) : WeightSchedule
{
    private protected override double Value(long step) => First.At(step) * Second.At(step);
}
