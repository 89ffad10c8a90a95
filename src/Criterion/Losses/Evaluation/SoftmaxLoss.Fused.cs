using System.Numerics;
using Criterion.Drivers;

namespace Criterion.Losses;

public abstract partial record SoftmaxLoss
{
    /// <summary>Computes the reduced loss of rows of logits against classes, and the gradient, in one pass without a graph.</summary>
    /// <returns>The loss; null where classes do not run along the last dimension, a class is invalid, or no row counts.</returns>
    private protected FusedLoss? FuseClasses(
        in FusedInputs inputs,
        long? ignoreIndex = null,
        Tensor? weight = null,
        double smoothing = 0,
        bool isWeightedMean = false,
        Elements perRow = default)
    {
        Tensor x = inputs.X;
        if (!HasRowsOfClasses(inputs) || (weight is not null && !Suits(weight, x)))
        {
            return null;
        }

        using Scratch classes = new(DType.Int64, inputs.Y.Count);
        int counted = CopyClasses(inputs.Y.Elements.Span<long>(), classes.Elements.Span<long>(), x.Shape[-1], ignoreIndex);
        double total = isWeightedMean && weight is not null && counted > 0 ? TotalOf(classes.Elements.Span<long>(), weight) : counted;
        return counted <= 0 || (total == 0 && Reduction == Reduction.Mean)
            ? null
            : Fuse(inputs, new(SoftmaxTargetKind.Classes, classes.Elements, weight?.Elements ?? default, smoothing), perRow, total);
    }

    /// <summary>Computes the reduced loss of rows along <paramref name="dim"/> against rows of the same shape likewise.</summary>
    private protected FusedLoss? FuseRows(
        in FusedInputs inputs, int dim, SoftmaxTargetKind kind, Tensor? weight = null, double smoothing = 0) =>
        inputs.AreOfOneShape && dim == inputs.X.Rank - 1 && (weight is null || Suits(weight, inputs.X))
            ? Fuse(
                inputs,
                new(kind, inputs.Y.Elements, weight?.Elements ?? default, smoothing),
                default,
                inputs.X.Count / (double)inputs.X.Shape[-1])
            : null;

    FusedLoss Fuse(in FusedInputs inputs, SoftmaxTargetRows target, Elements perRow, double total)
    {
        double scale = Reduction switch
        {
            Reduction.Sum => 1,
            Reduction.BatchMean => 1.0 / SampleCount(inputs.X),
            _ => 1 / total,
        };
        return new(_formula.Of(this, static loss => loss.Formula).FusedSum(inputs, target, perRow, Origin, scale));
    }

    static bool HasRowsOfClasses(in FusedInputs inputs)
    {
        (Shape x, Shape y) = (inputs.X.Shape, inputs.Y.Shape);
        return inputs.Y.DType == DType.Int64 && (x.Rank == 1 ? y.Rank == 0 : x.Rank == 2 && y == [x[0]]);
    }

    static bool Suits(Tensor weight, Tensor x) =>
        weight.Shape == [x.Shape[-1]] && weight.DType == x.DType && weight.IsContiguous;

    /// <summary>Copies classes with −1 for ignored ones, and returns the number of the others; −1 if one is invalid.</summary>
    static int CopyClasses(ReadOnlySpan<long> source, Span<long> classes, int count, long? ignoreIndex)
    {
        int counted = 0;
        for (int i = 0; i < source.Length; i++)
        {
            bool isIgnored = source[i] == ignoreIndex;
            if (!isIgnored && (ulong)source[i] >= (ulong)count)
            {
                return -1;
            }

            classes[i] = isIgnored ? -1 : source[i];
            counted += isIgnored ? 0 : 1;
        }

        return counted;
    }

    static double TotalOf(ReadOnlySpan<long> classes, Tensor weight) => weight.DType == DType.Float32
        ? TotalOf<float>(classes, weight.Elements.Span<float>())
        : TotalOf<double>(classes, weight.Elements.Span<double>());

    static double TotalOf<T>(ReadOnlySpan<long> classes, ReadOnlySpan<T> weights)
        where T : unmanaged, INumber<T>
    {
        double total = 0;
        foreach (long c in classes)
        {
            total += c < 0 ? 0 : double.CreateTruncating(weights[(int)c]);
        }

        return total;
    }
}
