using System.Numerics;
using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>A loss with inputs, evaluated on arrays and by tensors.</summary>
abstract class EvaluationCase(ICriterion loss)
{
    public ICriterion Loss { get; } = loss;

    public abstract BoundCase<T> Bind<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    public override string ToString() => Loss.ToString()!;

    protected static T[] Of<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. values.Select(T.CreateTruncating)];
}

/// <summary>Arrays of one element type, and the ways to evaluate the loss on them.</summary>
/// <param name="Into">Writes the gradients to <paramref name="Gradients"/> and returns the value.</param>
/// <param name="Returned">Returns the value with new gradients.</param>
/// <param name="Gradients">The memory of the gradients.</param>
/// <param name="Forward">Computes the loss by tensors.</param>
/// <param name="Inputs">The tensors, those that have gradients first.</param>
sealed record BoundCase<T>(
    Func<double> Into, Func<(double, T[][])> Returned, T[][] Gradients, Func<Tensor[], Tensor> Forward, Func<Tensor[]> Inputs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (double Value, T[][] Gradients) ByTensors()
    {
        Tensor[] inputs = Inputs();
        foreach (Tensor input in inputs.Take(Gradients.Length))
        {
            input.RequiresGrad = true;
        }

        Tensor loss = Forward(inputs);
        loss.Backward();
        return (loss.Item(), [.. inputs.Take(Gradients.Length).Select(static x => x.Grad!.ToArray<T>())]);
    }
}

/// <summary>A prediction and a target of one shape; a vector where none is given.</summary>
sealed class PredictionCase(IPredictionLoss loss, double[] prediction, double[] target, int[]? shape = null) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] x, T[] y, T[] gradient) = (Of<T>(prediction), Of<T>(target), new T[prediction.Length]);
        Shape all = shape ?? [x.Length];
        return new(
            () => shape is null ? loss.Evaluate(x, y, gradient) : loss.Evaluate(x, y, all, gradient),
            () =>
            {
                (double value, T[] g) = shape is null ? loss.Evaluate(x, y) : loss.Evaluate(x, y, all);
                return (value, [g]);
            },
            [gradient],
            of => loss.Forward(of[0], of[1]),
            () => [Tensor.From(x, all), Tensor.From(y, all)]);
    }
}

/// <summary>Rows of predictions and a class for each; or a class list of one row for losses of several classes.</summary>
sealed class LabelCase(IPredictionLoss loss, double[] prediction, long[] labels, int[]? shape = null) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] x, T[] gradient) = (Of<T>(prediction), new T[prediction.Length]);
        bool isList = loss is MultiLabelMarginLoss;
        Shape all = shape ?? (isList ? [x.Length] : (int[])[labels.Length, x.Length / labels.Length]);
        Shape classes = isList ? all : all.Without(1);
        return new(
            () => shape is null ? loss.Evaluate(x, labels, gradient) : loss.Evaluate(x, labels, all, gradient),
            () =>
            {
                int[] narrow = [.. labels.Select(static label => (int)label)];
                (double value, T[] g) = shape is null ? loss.Evaluate(x, narrow) : loss.Evaluate(x, narrow, all);
                return (value, [g]);
            },
            [gradient],
            of => loss.Forward(of[0], of[1]),
            () => [Tensor.From(x, all), Tensor.From(labels, classes)]);
    }
}

/// <summary>Pairs of rows with a target for each.</summary>
sealed class PairCase(PairLoss loss, double[] x1, double[] x2, double[] target) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] a, T[] b, T[] t) = (Of<T>(x1), Of<T>(x2), Of<T>(target));
        T[][] gradients = [new T[a.Length], new T[b.Length]];
        Shape rows = [t.Length, a.Length / t.Length];
        return new(
            () => loss.Evaluate(a, b, t, gradients[0], gradients[1]),
            () =>
            {
                (double value, T[] g1, T[] g2) = loss.Evaluate(a, b, t);
                return (value, [g1, g2]);
            },
            gradients,
            of => loss.Forward(of[0], of[1], of[2]),
            () => [Tensor.From(a, rows), Tensor.From(b, rows), Tensor.From(t, [t.Length])]);
    }
}

/// <summary>Two scores with a target for each pair.</summary>
sealed class RankingCase(MarginRankingLoss loss, double[] x1, double[] x2, double[] target) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] a, T[] b, T[] t) = (Of<T>(x1), Of<T>(x2), Of<T>(target));
        T[][] gradients = [new T[a.Length], new T[b.Length]];
        return new(
            () => loss.Evaluate(a, b, t, gradients[0], gradients[1]),
            () =>
            {
                (double value, T[] g1, T[] g2) = loss.Evaluate(a, b, t);
                return (value, [g1, g2]);
            },
            gradients,
            of => loss.Forward(of[0], of[1], of[2]),
            () => [Tensor.From(a, [a.Length]), Tensor.From(b, [a.Length]), Tensor.From(t, [a.Length])]);
    }
}

/// <summary>Means, targets and variances.</summary>
sealed class VarianceCase(GaussianNLLLoss loss, double[] prediction, double[] target, double[] variance, int[]? shape = null)
    : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] x, T[] y, T[] v) = (Of<T>(prediction), Of<T>(target), Of<T>(variance));
        T[][] gradients = [new T[x.Length], new T[v.Length]];
        Shape all = shape ?? [x.Length];
        Shape ofVariance = v.Length == x.Length ? all : all.Without(-1);
        return new(
            () => shape is null
                ? loss.Evaluate(x, y, v, gradients[0], gradients[1])
                : loss.Evaluate(x, y, v, all, gradients[0], gradients[1]),
            () =>
            {
                (double value, T[] g1, T[] g2) = shape is null ? loss.Evaluate(x, y, v) : loss.Evaluate(x, y, v, all);
                return (value, [g1, g2]);
            },
            gradients,
            of => loss.Forward(of[0], of[2], of[1]),
            () => [Tensor.From(x, all), Tensor.From(v, ofVariance), Tensor.From(y, all)]);
    }
}

/// <summary>Anchors with similar and dissimilar embeddings.</summary>
sealed class TripletCase(Loss loss, double[] anchor, double[] positive, double[] negative, int[]? shape = null) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] a, T[] p, T[] n) = (Of<T>(anchor), Of<T>(positive), Of<T>(negative));
        T[][] g = [new T[a.Length], new T[a.Length], new T[a.Length]];
        Shape all = shape ?? [a.Length];
        return new(
            () => loss is TripletMarginLoss triplet
                ? triplet.Evaluate(a, p, n, all, g[0], g[1], g[2])
                : ((TripletMarginWithDistanceLoss)loss).Evaluate(a, p, n, all, g[0], g[1], g[2]),
            () => Returned(a, p, n, all),
            g,
            of => loss is TripletMarginLoss triplet
                ? triplet.Forward(of[0], of[1], of[2])
                : ((TripletMarginWithDistanceLoss)loss).Forward(of[0], of[1], of[2]),
            () => [Tensor.From(a, all), Tensor.From(p, all), Tensor.From(n, all)]);
    }

    (double, T[][]) Returned<T>(T[] a, T[] p, T[] n, Shape all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double value, T[] g1, T[] g2, T[] g3) = loss switch
        {
            TripletMarginLoss of => shape is null ? of.Evaluate(a, p, n) : of.Evaluate(a, p, n, all),
            TripletMarginWithDistanceLoss of => shape is null ? of.Evaluate(a, p, n) : of.Evaluate(a, p, n, all),
            _ => throw new ArgumentException($"{loss} takes no triplets."),
        };
        return (value, [g1, g2, g3]);
    }
}

/// <summary>Features of one layer.</summary>
sealed class FeatureCase(FeatureLoss loss, double[] prediction, double[] target, int[] shape) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] x, T[] y, T[] gradient) = (Of<T>(prediction), Of<T>(target), new T[prediction.Length]);
        return new(
            () => loss.Evaluate(x, y, shape, gradient),
            () =>
            {
                (double value, T[] g) = loss.Evaluate(x, y, shape);
                return (value, [g]);
            },
            [gradient],
            of => loss.Forward(of[0], of[1]),
            () => [Tensor.From(x, shape), Tensor.From(y, shape)]);
    }
}

/// <summary>Images without a target.</summary>
sealed class ImageCase(TotalVariationLoss loss, double[] images, int[] shape) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] x, T[] gradient) = (Of<T>(images), new T[images.Length]);
        return new(
            () => loss.Evaluate(x, shape, gradient),
            () =>
            {
                (double value, T[] g) = loss.Evaluate(x, shape);
                return (value, [g]);
            },
            [gradient],
            of => loss.Forward(of[0]),
            () => [Tensor.From(x, shape)]);
    }
}

/// <summary>Log-probabilities of sequences.</summary>
sealed class SequenceCase(CTCLoss loss, double[] logs, int[] shape, long[] labels, int[] steps, int[] lengths) : EvaluationCase(loss)
{
    public override BoundCase<T> Bind<T>()
    {
        (T[] x, T[] gradient) = (Of<T>(logs), new T[logs.Length]);
        return new(
            () => loss.Evaluate(x, shape, labels, steps, lengths, gradient),
            () =>
            {
                (double value, T[] g) = loss.Evaluate(x, shape, labels, steps, lengths);
                return (value, [g]);
            },
            [gradient],
            of => loss.Forward(of[0], Tensor.From(labels, [labels.Length]), steps, lengths),
            () => [Tensor.From(x, shape)]);
    }
}
