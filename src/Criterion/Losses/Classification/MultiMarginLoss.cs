using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>Multi-class hinge loss: ℓ = w_y / C · Σ_{j ≠ y} max(0, Margin − x_y + x_j)^P, y the class.</summary>
/// <remarks>
/// The gradient is 0 for classes that trail by the margin; with P = 1 it jumps there. PyTorch equivalent: <c>torch.nn.MultiMarginLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "prediction [N, C] or [C], target [N] of classes → scalar",
    Source = "Crammer and Singer, On the algorithmic implementation of multiclass kernel-based vector machines, 2001",
    PyTorch = "torch.nn.MultiMarginLoss",
    Alternatives = "CrossEntropyLoss never has a zero gradient and gives probabilities; "
        + "MultiLabelMarginLoss is for several correct classes.")]
public sealed record MultiMarginLoss : SoftmaxLoss, IPredictionLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="p">The power of the hinge, 1 or 2. Default: 1.</param>
    /// <param name="margin">The margin by which the score of the correct class must exceed the others. Default: 1.</param>
    /// <param name="weight">The weight of each class, [C], or null; the mean does not divide by it. Default: null.</param>
    /// <param name="reduction">How per-element losses are reduced. Default: Mean.</param>
    public MultiMarginLoss(int p = 1, double margin = 1, Tensor? weight = null, Reduction reduction = Reduction.Mean)
        : base(reduction) => (P, Margin, Weight) = (p, margin, weight);

    /// <summary><inheritdoc cref="MultiMarginLoss(int, double, Tensor?, Reduction)" path="/param[@name='weight']/node()"/></summary>
    public Tensor? Weight { get; init; }

    /// <summary><inheritdoc cref="MultiMarginLoss(int, double, Tensor?, Reduction)" path="/param[@name='p']/node()"/></summary>
    public int P { get; init => field = CheckedPower(value); }

    /// <summary><inheritdoc cref="MultiMarginLoss(int, double, Tensor?, Reduction)" path="/param[@name='margin']/node()"/></summary>
    public double Margin { get; init => field = Require.Finite(value, nameof(MultiMarginLoss)); }

    /// <inheritdoc/>
    protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(new Hinge(P, Margin));

    /// <inheritdoc/>
    protected override RowOrigin Origin => RowOrigin.TargetClass;

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"\frac{{{(Weight is null ? "1" : "w_y")}}}{{C}} {Formula.ToLatex(@"\left(x_j - x_y\right)", @"\left[j = y\right]")}";

    /// <summary>Computes the loss of scores.</summary>
    /// <param name="prediction">The scores, [N, C] or [C]; trailing dimensions as in <see cref="CrossEntropyLoss"/> are allowed.</param>
    /// <param name="target">The classes, Int64 of [N] or a scalar.</param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="LossException">A class is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (Weight is { } weight && prediction.Rank > 0 && weight.Shape != [prediction.Shape[ClassDim(prediction)]])
        {
            throw new ShapeException(
                $"MultiMarginLoss: prediction {prediction.Shape} has {prediction.Shape[ClassDim(prediction)]} classes, "
                + $"but the weights are {weight.Shape}. Pass one weight for each class.");
        }

        return EvaluateClasses(prediction, target, perRow: classes => Factors(classes, prediction));
    }

    internal override FusedLoss? EvaluateFused(in FusedInputs inputs)
    {
        if (Weight is not null || inputs.X.Rank == 0 || inputs.Y.Count == 0)
        {
            return null;
        }

        using Scratch shares = new(inputs.X.DType, inputs.Y.Count);
        shares.Fill(1.0 / inputs.X.Shape[-1]);
        return FuseClasses(inputs, perRow: shares.Elements);
    }

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [TargetLogitCurve("loss", (this with { Weight = null, Reduction = Reduction.None }).Forward)];

    static int CheckedPower(int p) => Require.That(p is 1 or 2, p, nameof(MultiMarginLoss), "1 or 2, the power of the hinge", nameof(P));

    Tensor Factors(Tensor classes, Tensor prediction)
    {
        double share = 1.0 / prediction.Shape[ClassDim(prediction)];
        return Weight is null
            ? Tensor.Full(classes.Shape, share, DType.Float64)
            : Weight.Detach().To(DType.Float64).IndexSelect(0, classes.Flatten()).Reshape(classes.Shape) * share;
    }

    /// <summary>max(0, Margin + a)^P where b is 0, a being the score relative to the correct class.</summary>
    internal readonly struct Hinge(int power, double margin) : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T>
        {
            T hinge = Guards.Relu(margin + a);
            return T.Select(T.Equal(b, T.Zero), power == 1 ? hinge : hinge * hinge, 0);
        }
    }
}
