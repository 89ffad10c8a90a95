using Criterion.Formulas;

namespace Criterion.Drivers;

/// <summary>The contents of a target of rows of logits.</summary>
internal enum SoftmaxTargetKind
{
    /// <summary>A class for each row, Int64; a row with a negative class is ignored.</summary>
    Classes,

    /// <summary>Rows of numbers, such as probabilities.</summary>
    Rows,

    /// <summary>Rows of logarithms of probabilities.</summary>
    LogProbabilities,

    /// <summary>Rows of logits, of which the formula receives the log-softmax.</summary>
    Logits,
}

/// <summary>The target of rows of logits.</summary>
/// <param name="Kind">The contents of the values.</param>
/// <param name="Values">The classes or rows.</param>
/// <param name="Weight">A factor for each class; default for 1.</param>
/// <param name="Smoothing">The share of the target that is spread evenly over all classes.</param>
internal readonly record struct SoftmaxTargetRows(SoftmaxTargetKind Kind, Elements Values, Elements Weight, double Smoothing)
{
    public bool AreClasses => Kind == SoftmaxTargetKind.Classes;

    public bool AreLogits => Kind == SoftmaxTargetKind.Logits;

    /// <summary>Whether the formula receives logarithms of probabilities.</summary>
    public bool AreLogs => Kind is SoftmaxTargetKind.LogProbabilities or SoftmaxTargetKind.Logits;

    /// <summary>Whether the formula receives rows of the target unchanged.</summary>
    public bool AreUnchanged => !AreClasses && Weight.IsEmpty && Smoothing == 0;

    /// <summary>The share of the target that smoothing leaves in place.</summary>
    public double OwnShare => 1 - Smoothing;

    /// <summary>Returns the share that smoothing adds to each class.</summary>
    public double SharePerClass(int classes) => Smoothing / classes;
}

/// <summary>The losses of rows of logits, with the gradients that are needed.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="X">The logits, [rows, length].</param>
/// <param name="Target">The target.</param>
/// <param name="PerRow">A factor for each row; default for 1.</param>
/// <param name="Origin">The number that is subtracted from a row of logits.</param>
/// <param name="Values">Receives the loss of each row, in double precision.</param>
/// <param name="Scale">A factor for the gradients.</param>
internal readonly record struct SoftmaxLosses<TFormula>(
    TFormula Formula, Elements X, SoftmaxTargetRows Target, Elements PerRow, RowOrigin Origin, Elements Values, double Scale)
    where TFormula : struct, ISoftmaxFormula
{
    /// <summary>Receives the gradient by the logits times the scale; default where it is not needed.</summary>
    public Elements GradientX { get; init; }

    /// <summary>Receives the gradient by the rows of the target times the scale; default where it is not needed.</summary>
    public Elements GradientTarget { get; init; }

    /// <summary>The number of elements in a row.</summary>
    public int Length => X.Count / Math.Max(1, Values.Count);

    /// <summary>Whether a row has a single term that is not 0.</summary>
    public bool HasOneTerm => TFormula.VanishesWithTarget && Target.AreClasses && Target.Smoothing == 0;
}
