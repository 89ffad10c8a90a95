using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A loss that classifies embeddings by their cosines to class weights: a softmax over classes, whose own class may be handicapped by a
/// margin. A matrix of more than 16 million cosines is never in memory.
/// </summary>
/// <remarks>
/// Rows of embeddings and weights are brought to length 1; rows of zeros stay zeros and have the cosine 0. A batch may contain one class
/// only. With a single class in all, the loss is 0.
/// </remarks>
public abstract record ClassWeightLoss : Loss, IClassWeightLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="reduction">How per-element losses are reduced.</param>
    protected ClassWeightLoss(Reduction reduction)
        : base(reduction)
    {
    }

    /// <summary>Computes the loss of embeddings.</summary>
    /// <param name="embeddings">The embeddings, [N, D], of any lengths.</param>
    /// <param name="labels">The class of each row, Int64 of [N], in [0, C).</param>
    /// <param name="weights">
    /// The weights of the classes, [C, D] (see <c>ClassWeights</c>); of several centres [C · centres, D], those of a class next to each
    /// other.
    /// </param>
    /// <returns>A scalar, or the loss of each row with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    /// <exception cref="DTypeException">The labels are not Int64.</exception>
    /// <exception cref="LossException">A label is out of range, or the batch is empty.</exception>
    public Tensor Forward(Tensor embeddings, Tensor labels, Tensor weights)
    {
        ClassLabels.Check(Name, embeddings, labels, weights, CentresPerClass);
        return ForEmpty(embeddings, labels.Count) ?? Reduce(EachRow(UnitRows.Of(embeddings), labels, UnitRows.Of(weights)));
    }

    int IClassWeightLoss.CentresPerClass => CentresPerClass;

    /// <summary>Gets the number of weights of a class.</summary>
    private protected virtual int CentresPerClass => 1;

    /// <summary>Computes the loss of each row from rows of length 1.</summary>
    private protected abstract Tensor EachRow(Tensor rows, Tensor labels, Tensor weights);

    /// <summary>Computes the losses of a formula.</summary>
    private protected Tensor Evaluate<TFormula>(TFormula formula, Tensor rows, Tensor labels, Tensor weights)
        where TFormula : struct, IClassFormula =>
        TensorFormula.Classes(formula, rows, weights, null, labels, labels + 1, CentresPerClass);

    /// <summary>Returns the formula in LaTeX: the negative logarithm of the probability of the own class y.</summary>
    private protected static string LatexOf<TFormula>(TFormula formula, string symbol = "s")
        where TFormula : struct, IClassFormula
    {
        Latex own = formula.Own(new Latex($"{symbol}_y"));
        return $@"-\ln\left(\frac{{e^{{{own}}}}}{{e^{{{own}}} + \sum_{{j \ne y}} e^{{{formula.Other(new Latex($"{symbol}_j"))}}}}}\right)";
    }

    /// <summary>Returns the loss of a row as a function of the cosine to its class, beside one class to which it is orthogonal.</summary>
    private protected static LossCurve CurveOf<TFormula>(TFormula formula)
        where TFormula : struct, IClassFormula =>
        new("one other class, at 0", "cosine to the own class", -1, 1, cosine => formula.Loss(
            formula.Own(new TensorReal(cosine)), formula.Other(new TensorReal(Tensor.ZerosLike(cosine)))).ToTensor(cosine));
}

/// <summary>Checks of the inputs of losses with class weights.</summary>
internal static class ClassLabels
{
    /// <summary>Throws unless embeddings, labels and weights of classes go together.</summary>
    public static void Check(string owner, Tensor embeddings, Tensor labels, Tensor weights, int centres = 1)
    {
        CheckShapes(owner, embeddings, labels, weights, centres);
        InRange(owner, labels, weights.Shape[0] / centres);
    }

    /// <summary>Throws unless the shapes of embeddings, labels and weights of classes go together.</summary>
    public static void CheckShapes(string owner, Tensor embeddings, Tensor labels, Tensor weights, int centres = 1)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(weights);
        if (embeddings.Rank != 2 || embeddings.Shape[1] == 0 || labels.Shape != [embeddings.Shape[0]])
        {
            throw new ShapeException(
                $"{owner}: embeddings {embeddings.Shape} and labels {labels.Shape} do not match: [N, D] needs [N]. Flatten the embeddings, "
                + "or use labels.ArgMax(-1) for one-hot labels.");
        }

        if (weights.Rank != 2 || weights.Shape[1] != embeddings.Shape[1] || weights.Shape[0] == 0 || weights.Shape[0] % centres != 0)
        {
            string rows = centres == 1 ? "C" : $"C · {centres}";
            throw new ShapeException(
                $"{owner}: weights {weights.Shape} must be [{rows}, {embeddings.Shape[1]}] for embeddings {embeddings.Shape}. Use "
                + $"new ClassWeights(classes, {embeddings.Shape[1]}{(centres == 1 ? "" : $", {centres}")}).Weight.");
        }
    }

    /// <summary>Throws if labels are not Int64, or one is not in [0, classes) nor the ignored one.</summary>
    public static void InRange(string owner, Tensor labels, int classes, long? ignored = null)
    {
        ReadOnlySpan<long> all = ValueChecks.ClassIndices(owner, labels, nameof(labels));
        for (int i = 0; i < all.Length; i++)
        {
            if ((all[i] < 0 || all[i] >= classes) && all[i] != ignored)
            {
                throw new LossException(
                    $"{owner}: labels must be in [0, {classes}), as there are weights of {classes} classes, but element {i} is {all[i]}. "
                    + "Number the classes from 0, or use more weights.");
            }
        }
    }
}
