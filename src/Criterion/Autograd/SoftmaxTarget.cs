using Criterion.Drivers;

namespace Criterion;

/// <summary>The target that rows of logits are compared with.</summary>
public sealed record SoftmaxTarget
{
    SoftmaxTarget(SoftmaxTargetKind kind, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        (Kind, Values) = (kind, values);
    }

    /// <summary>
    /// Targets a class for each row: with smoothing s the formula receives 1 − s + s/C for that class of C and s/C for the others, times
    /// the weights. No one-hot tensor is made.
    /// </summary>
    /// <param name="classes">Int64, the shape of the logits without the last dimension; a row with a negative class is ignored.</param>
    /// <param name="weight">A factor for each class, [C]. Default: null, for 1.</param>
    /// <param name="smoothing">The share of the target that is spread evenly over all classes. Default: 0.</param>
    public static SoftmaxTarget Classes(Tensor classes, Tensor? weight = null, double smoothing = 0) =>
        new(SoftmaxTargetKind.Classes, classes) { Weight = weight, Smoothing = smoothing };

    /// <summary>Targets rows of numbers, such as probabilities; they receive a gradient if they require one.</summary>
    /// <param name="rows">The shape of the logits.</param>
    /// <param name="weight">A factor for each class, [C]. Default: null, for 1.</param>
    /// <param name="smoothing">The share of the target that is spread evenly over all classes. Default: 0.</param>
    public static SoftmaxTarget Rows(Tensor rows, Tensor? weight = null, double smoothing = 0) =>
        new(SoftmaxTargetKind.Rows, rows) { Weight = weight, Smoothing = smoothing };

    /// <summary>Targets rows of logarithms of probabilities; the row that they are compared with holds logarithms too.</summary>
    /// <param name="rows">The shape of the logits.</param>
    public static SoftmaxTarget LogProbabilities(Tensor rows) => new(SoftmaxTargetKind.LogProbabilities, rows);

    /// <summary>Targets rows of logits: the formula receives their log-softmax, and the gradient passes through it.</summary>
    /// <param name="rows">The shape of the other logits.</param>
    public static SoftmaxTarget Logits(Tensor rows) => new(SoftmaxTargetKind.Logits, rows);

    internal SoftmaxTargetKind Kind { get; }

    internal Tensor Values { get; private init; }

    internal Tensor? Weight { get; private init; }

    internal double Smoothing { get; private init; }

    internal bool AreClasses => Kind == SoftmaxTargetKind.Classes;

    /// <summary>The target as the driver reads it.</summary>
    internal SoftmaxTargetRows Elements => new(Kind, Values.Elements, Weight?.Elements ?? default, Smoothing);

    /// <summary>Returns the same target with rows and weights contiguous and of one type.</summary>
    internal SoftmaxTarget As(DType type) => this with
    {
        Values = (AreClasses ? Values.Detach() : Values.To(type)).Contiguous(),
        Weight = Weight?.Detach().To(type).Contiguous(),
    };
}
