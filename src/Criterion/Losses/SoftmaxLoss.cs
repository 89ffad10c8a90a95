using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// A loss of rows of logits x: ℓ = Σⱼ f(aⱼ, qⱼ), aⱼ = xⱼ − ln Σₖ e^xₖ the log-probability of class j, and q the target's row. Classes run
/// along dimension 1 of [N, C, d₁, …], or along the only dimension of [C].
/// </summary>
public abstract partial record SoftmaxLoss : Loss, IClassLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced; the mean is over rows.</param>
    protected SoftmaxLoss(Reduction reduction)
        : base(reduction)
    {
    }

    Cached<SoftmaxFormula> _formula;

    /// <summary>Gets the formula f with the options of this loss.</summary>
    protected internal abstract SoftmaxFormula Formula { get; }

    /// <inheritdoc/>
    public override string ToLatex() => Formula.ToLatex(InputName, TargetName);

    /// <summary>Gets the name of an element of the rows in the formula.</summary>
    protected virtual string InputName => @"\ln p_j";

    /// <summary>Gets the name of an element of the target's rows in the formula.</summary>
    protected virtual string TargetName => "q_j";

    /// <summary>Gets what is subtracted from a row before the formula is evaluated.</summary>
    protected virtual RowOrigin Origin => RowOrigin.LogSumExp;

    /// <summary>Returns the class dimension of a loss without an option for it.</summary>
    protected static int ClassDim(Tensor x) => x.Rank == 1 ? 0 : 1;

    /// <summary>Returns the loss along the target class's logit; the other two of three classes have the logit 0.</summary>
    protected static LossCurve TargetLogitCurve(string name, Func<Tensor, Tensor, Tensor> loss) => new(
        name,
        "logit of the target's class",
        -5,
        5,
        x => loss(Tensor.Stack([x, Tensor.ZerosLike(x), Tensor.ZerosLike(x)], 1), Tensor.Zeros(x.Shape, DType.Int64)));

    /// <summary>Returns the loss of three classes against the softmax of (2, 1, 0) along the first logit; the others are 1 and 0.</summary>
    protected static LossCurve FirstLogitCurve(string name, Func<Tensor, Tensor, Tensor> loss)
    {
        static Tensor Rows(Tensor first) => Tensor.Stack([first, Tensor.OnesLike(first), Tensor.ZerosLike(first)], 1);
        return new(name, "first logit", -3, 7, x => loss(Rows(x), Rows(Tensor.FullLike(x, 2))));
    }

    /// <summary>Returns the dimension that an option names; for a single row the only one.</summary>
    protected static int ClassDimOf(Tensor x, int dim)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Rank == 1 ? 0 : x.Shape.Dim(dim);
    }

    /// <summary>Throws if a row of probabilities does not sum to 1, naming it. NaN passes, so that it shows in the result.</summary>
    private protected void CheckDistributions(
        Tensor rows, Tensor probabilities, int dim, double tolerance, string fix, [CallerArgumentExpression(nameof(rows))] string name = "")
    {
        if (double.IsPositiveInfinity(tolerance) || probabilities.Count == 0)
        {
            return;
        }

        double[] sums = probabilities.Sum(dim).To(DType.Float64).ToArray<double>();
        int wrong = Array.FindIndex(sums, sum => Math.Abs(sum - 1) > tolerance);
        if (wrong >= 0)
        {
            throw new LossException(
                $"{Name}: each row of {name} must sum to 1, but the probabilities of row {wrong} sum to {sums[wrong]}. "
                + $"{fix}, or increase Tolerance.");
        }
    }

    /// <summary>Computes the reduced loss of rows of logits against classes.</summary>
    /// <param name="prediction">[N, C, d₁, …] or [C].</param>
    /// <param name="target">Classes, [N, d₁, …] or a scalar.</param>
    /// <param name="ignoreIndex">The ignored class, or null.</param>
    /// <param name="weight">The weight of each class, or null.</param>
    /// <param name="smoothing">The share of the target that is spread evenly over all classes.</param>
    /// <param name="isWeightedMean">Whether the mean divides by the sum of the weights of the target classes.</param>
    /// <param name="perRow">Maps the classes, with −1 for ignored ones, to a weight for each row; or null.</param>
    protected Tensor EvaluateClasses(
        Tensor prediction,
        Tensor target,
        long? ignoreIndex = null,
        Tensor? weight = null,
        double smoothing = 0,
        bool isWeightedMean = false,
        Func<Tensor, Tensor>? perRow = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckTarget(prediction, target, weight);
        Tensor classes = Classes(prediction, target, ignoreIndex, out int counted);
        if (ForEmpty(prediction, prediction.Count) is { } empty)
        {
            return empty;
        }

        double total = isWeightedMean && weight is not null ? TotalWeight(classes, weight) : counted;
        if (Reduction != Reduction.None && (counted == 0 || (total == 0 && Reduction == Reduction.Mean)))
        {
            total = EmptyTotal(classes.Count, counted);
        }

        Tensor rows = RowsLast(prediction, ClassDim(prediction));
        return Reduce(rows, SoftmaxTarget.Classes(classes, weight, smoothing), total, prediction, perRow?.Invoke(classes));
    }

    /// <summary>Computes the reduced loss of rows along <paramref name="dim"/> against rows of the same shape.</summary>
    /// <param name="prediction">The logits.</param>
    /// <param name="target">The target, of the same shape.</param>
    /// <param name="dim">The dimension of the classes.</param>
    /// <param name="compare">Creates the target from its rows, which run along the last dimension.</param>
    protected Tensor EvaluateRows(Tensor prediction, Tensor target, int dim, Func<Tensor, SoftmaxTarget> compare)
    {
        if (ForEmpty(prediction, prediction.Count) is { } empty)
        {
            return empty;
        }

        Tensor rows = RowsLast(prediction, dim);
        return Reduce(rows, compare(RowsLast(target, dim)), rows.Count / (double)rows.Shape[-1], prediction);
    }

    Tensor Reduce(Tensor rows, SoftmaxTarget target, double total, Tensor prediction, Tensor? perRow = null) => Reduction switch
    {
        Reduction.None => Formula.Rows(rows, target, perRow, Origin),
        Reduction.Sum => Formula.Sum(rows, target, perRow, Origin, 1),
        Reduction.BatchMean => Formula.Sum(rows, target, perRow, Origin, 1.0 / SampleCount(prediction)),
        _ => Formula.Sum(rows, target, perRow, Origin, 1 / total),
    };

    static int SampleCount(Tensor prediction) => prediction.Rank == 1 ? 1 : prediction.Shape[0];

    /// <summary>Gets whether the target may be class probabilities instead of classes.</summary>
    private protected virtual bool TakesProbabilities => false;

    /// <summary>Describes a target that does not have the shape of classes, and how to fix it.</summary>
    string WrongTarget(Tensor prediction, Tensor target, Shape expected)
    {
        int dim = ClassDim(prediction);
        string found = $"prediction {prediction.Shape} needs a target of classes {expected}, but it is {target.Shape}";
        if (target.Shape == prediction.Shape)
        {
            return $"{found} of {target.DType}, as one-hot rows are. Pass class indices by target.ArgMax({dim})"
                + $"{(TakesProbabilities ? ", or convert it to class probabilities by target.To(DType.Float32)" : "")}.";
        }

        return target.DType.IsFloat() && !prediction.DType.IsFloat()
            ? $"{found}. The prediction is {prediction.DType} and the target {target.DType}: pass the logits first and the classes second."
            : $"{found}. Classes run along dim {dim}: reshape or permute one of them.";
    }

    void CheckTarget(Tensor prediction, Tensor target, Tensor? weight)
    {
        if (prediction.Rank == 0)
        {
            throw new ShapeException($"{Name}: prediction is a scalar. Pass [C], [N, C] or [N, C, d1, ...].");
        }

        Shape expected = prediction.Shape.Without(ClassDim(prediction));
        if (target.Shape != expected)
        {
            throw new ShapeException($"{Name}: {WrongTarget(prediction, target, expected)}");
        }

        if (weight is not null && weight.Shape != [prediction.Shape[ClassDim(prediction)]])
        {
            throw new ShapeException(
                $"{Name}: prediction {prediction.Shape} has {prediction.Shape[ClassDim(prediction)]} classes, "
                + $"but the weights are {weight.Shape}. Pass one weight for each class.");
        }
    }

    /// <summary>Returns the classes with −1 for ignored ones, and the number of the others.</summary>
    Tensor Classes(Tensor prediction, Tensor target, long? ignoreIndex, out int counted)
    {
        int count = prediction.Shape[ClassDim(prediction)];
        long[] classes = ValueChecks.ClassIndices(Name, target, nameof(target));
        counted = 0;
        for (int i = 0; i < classes.Length; i++)
        {
            bool isIgnored = classes[i] == ignoreIndex;
            if (!isIgnored && (classes[i] < 0 || classes[i] >= count))
            {
                throw new LossException(
                    $"{Name}: target must be in [0, {count}){(ignoreIndex is { } ignored ? $" or IgnoreIndex = {ignored}" : "")}, "
                    + $"but element {i} is {classes[i]}.");
            }

            classes[i] = isIgnored ? -1 : classes[i];
            counted += isIgnored ? 0 : 1;
        }

        return Tensor.From(classes, target.Shape);
    }

    static double TotalWeight(Tensor classes, Tensor weight)
    {
        double[] weights = weight.Detach().To(DType.Float64).ToArray<double>();
        double total = 0;
        foreach (long c in classes.AsReadOnlySpan<long>())
        {
            total += c < 0 ? 0 : weights[c];
        }

        return total;
    }

    // The sum over ignored rows is 0, whatever it is divided by.
    double EmptyTotal(int rows, int counted) => OnEmpty == OnEmpty.Zero
        ? 1
        : throw new LossException(
            $"{Name}: no target counts: {rows - counted} of {rows} are IgnoreIndex"
            + $"{(counted > 0 ? ", and the weights of the others sum to 0" : "")}. Skip such batches, or set OnEmpty = OnEmpty.Zero.");
}
