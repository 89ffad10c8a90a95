using System.Runtime.CompilerServices;
using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>
    /// Computes the loss of each row of logits: values and gradients in one pass, higher derivatives through tensor operations.
    /// </summary>
    /// <param name="formula">The formula.</param>
    /// <param name="x">Logits; rows run along the last dimension.</param>
    /// <param name="target">The target.</param>
    /// <param name="perRow">A factor for each row. Default: null, for 1.</param>
    /// <param name="origin">The number that is subtracted from a row of logits before the formula is evaluated.</param>
    /// <returns>The shape of the logits without the last dimension.</returns>
    /// <exception cref="ShapeException">The shapes do not match, or a class is out of range.</exception>
    public static Tensor SoftmaxRows<TFormula>(
        TFormula formula, Tensor x, SoftmaxTarget target, Tensor? perRow = null, RowOrigin origin = RowOrigin.LogSumExp)
        where TFormula : struct, ISoftmaxFormula
    {
        SoftmaxRun run = Evaluate(formula, x, target, perRow, origin, scale: 1);
        Tensor[] inputs = Inputs(run);
        return Autograd.Record(
            Name<TFormula>(),
            run.Values.To(run.X.DType),
            inputs,
            (F: formula, Run: run),
            inputs,
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose(Inputs(of.Run), () => Composed(of.F, of.Run), g)
                : [.. Gradients(of.Run).Select(gradient => gradient is null ? null : gradient * g.Unsqueeze(-1))]);
    }

    /// <summary>
    /// Computes the sum of the losses of all rows of logits, times <paramref name="scale"/>; value and gradients in one pass.
    /// </summary>
    /// <inheritdoc cref="SoftmaxRows"/>
    /// <param name="formula">The formula.</param>
    /// <param name="x">Logits; rows run along the last dimension.</param>
    /// <param name="target">The target.</param>
    /// <param name="perRow">A factor for each row. Default: null, for 1.</param>
    /// <param name="origin">The number that is subtracted from a row of logits before the formula is evaluated.</param>
    /// <param name="scale">A factor. Default: 1.</param>
    /// <returns>A scalar.</returns>
    public static Tensor SoftmaxRowSum<TFormula>(
        TFormula formula, Tensor x, SoftmaxTarget target, Tensor? perRow = null, RowOrigin origin = RowOrigin.LogSumExp, double scale = 1)
        where TFormula : struct, ISoftmaxFormula
    {
        SoftmaxRun run = Evaluate(formula, x, target, perRow, origin, scale);
        Tensor[] inputs = Inputs(run);
        return Autograd.Record(
            Name<TFormula>(),
            run.Values.Total(scale).To(run.X.DType),
            [.. inputs, run.GradientX, run.GradientTarget],
            (F: formula, Run: run, Scale: scale),
            inputs,
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose(Inputs(of.Run), () => Composed(of.F, of.Run).Sum() * of.Scale, g)
                : [.. Gradients(of.Run).Select(gradient => Scaled(gradient, g))]);
    }

    /// <summary>
    /// Prints the formula of a softmax row as LaTeX with the given names of an element of its rows, such as <c>\ln p_j</c> and <c>q_j</c>.
    /// </summary>
    public static string ToLatexOfRow<TFormula>(TFormula formula, string a, string b)
        where TFormula : struct, ISoftmaxFormula
    {
        Latex x = Latex.Named(a);
        Latex y = Latex.Named(b);
        return Latex.SumOverRow(formula.Value(x, Latex.Exp(x), y, Latex.Exp(y))).ToString();
    }

    /// <summary>The operands of a run over rows of logits and its results.</summary>
    /// <param name="X">The logits, [rows, length].</param>
    /// <param name="Target">The target.</param>
    /// <param name="PerRow">A factor for each row, or null.</param>
    /// <param name="Origin">The number that is subtracted from a row of logits.</param>
    /// <param name="Values">The loss of each row, in double precision.</param>
    /// <param name="GradientX">The gradient by the logits times the scale, or null.</param>
    /// <param name="GradientTarget">The gradient by the rows of the target times the scale, or null.</param>
    /// <param name="Scale">A factor for the gradients.</param>
    readonly record struct SoftmaxRun(
        Tensor X,
        SoftmaxTarget Target,
        Tensor? PerRow,
        RowOrigin Origin,
        Tensor Values,
        Tensor? GradientX,
        Tensor? GradientTarget,
        double Scale);

    static Tensor[] Inputs(SoftmaxRun run) => run.Target.AreClasses ? [run.X] : [run.X, run.Target.Values];

    static Tensor?[] Gradients(SoftmaxRun run) => run.Target.AreClasses ? [run.GradientX] : [run.GradientX, run.GradientTarget];

    static SoftmaxRun Evaluate<TFormula>(
        TFormula formula, Tensor x, SoftmaxTarget target, Tensor? perRow, RowOrigin origin, double scale)
        where TFormula : struct, ISoftmaxFormula
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(target);
        CheckRows<TFormula>(x, target, origin);
        DType type = target.AreClasses ? x.Floating().DType : DTypes.Promote(x.Floating().DType, target.Values.DType);
        Tensor rows = x.To(type).Contiguous();
        SoftmaxTarget compared = target.As(type);
        Shape shape = rows.Shape.Without(-1);
        SoftmaxRun run = new(
            rows,
            compared,
            perRow?.Detach().To(type).Reshape(shape).Contiguous(),
            origin,
            Tensor.Empty(shape, DType.Float64),
            Autograd.FusedGradient(rows),
            compared.AreClasses ? null : Autograd.FusedGradient(compared.Values),
            scale);
        SoftmaxDriver.Run(new SoftmaxLosses<TFormula>(
            formula, rows.Elements, compared.Elements, run.PerRow?.Elements ?? default, origin, run.Values.Elements, scale)
        {
            GradientX = run.GradientX?.Elements ?? default,
            GradientTarget = run.GradientTarget?.Elements ?? default,
        });
        return run;
    }

    static void CheckRows<TFormula>(Tensor x, SoftmaxTarget target, RowOrigin origin)
    {
        if (x.Rank == 0 || x.Shape[-1] == 0)
        {
            throw new ShapeException($"{Name<TFormula>()}: logits of shape {x.Shape} have no elements in a row. Pass [..., C] with C ≥ 1.");
        }

        Shape expected = target.AreClasses ? x.Shape.Without(-1) : x.Shape;
        if (target.Values.Shape != expected)
        {
            throw new ShapeException(
                $"{Name<TFormula>()}: logits of shape {x.Shape} need a target of shape {expected}, but it is {target.Values.Shape}.");
        }

        if (target.Weight is { } weight && weight.Shape != [x.Shape[-1]])
        {
            throw new ShapeException(
                $"{Name<TFormula>()}: logits of shape {x.Shape} need class weights of shape [{x.Shape[-1]}], but they are {weight.Shape}.");
        }

        if (target.AreClasses)
        {
            CheckClasses<TFormula>(x, target.Values);
        }
        else if (origin == RowOrigin.TargetClass)
        {
            throw new ShapeException(
                $"{Name<TFormula>()}: RowOrigin.TargetClass needs a target of classes. Create it with SoftmaxTarget.Classes.");
        }
    }

    static void CheckClasses<TFormula>(Tensor x, Tensor classes)
    {
        ReadOnlySpan<long> values = classes.AsReadOnlySpan<long>();
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] >= x.Shape[-1])
            {
                throw new ShapeException(
                    $"{Name<TFormula>()}: class {values[i]} of row {i} is out of range for logits {x.Shape}. "
                    + $"Pass classes below {x.Shape[-1]}.");
            }
        }
    }

    /// <summary>Computes the losses of rows in tensor operations.</summary>
    static Tensor Composed<TFormula>(TFormula formula, SoftmaxRun run)
        where TFormula : struct, ISoftmaxFormula
    {
        Tensor x = run.X;
        SoftmaxTarget target = run.Target;
        Tensor? ignored = target.AreClasses ? target.Values.Less(0).Unsqueeze(-1) : null;
        if (ignored is not null)
        {
            // Not only its loss: an ignored row of infinities must not cause 0 · ∞ in the gradient.
            x = x.MaskedFill(ignored, 0);
        }

        Tensor a = run.Origin switch
        {
            RowOrigin.LogSumExp => x.LogSoftmax(-1),
            RowOrigin.TargetClass => x - x.Gather(-1, ClassesOrZero(target.Values).Unsqueeze(-1)),
            _ => x,
        };
        Tensor b = target.Elements.AreLogits ? target.Values.LogSoftmax(-1) : target.AreClasses ? OneHot(target, x) : Smoothed(target, x);
        TensorReal nothing = TensorReal.Const(0);
        TensorReal p = run.Origin == RowOrigin.LogSumExp || target.Elements.AreLogs ? a.Exp() : nothing;
        TensorReal terms = formula.Value(a, p, b, target.Elements.AreLogs ? b.Exp() : nothing);
        Tensor losses = terms.ToTensor(a).Sum(-1);
        losses = run.PerRow is null ? losses : losses * run.PerRow;
        return ignored is null ? losses : losses.MaskedFill(ignored.Squeeze(-1), 0);
    }

    static Tensor ClassesOrZero(Tensor classes) => Tensor.Maximum(classes, Tensor.Scalar(0, DType.Int64));

    static Tensor Smoothed(SoftmaxTarget target, Tensor x)
    {
        Tensor q = target.Smoothing == 0
            ? target.Values
            : (target.Values * target.Elements.OwnShare) + target.Elements.SharePerClass(x.Shape[-1]);
        return target.Weight is null ? q : q * target.Weight;
    }

    /// <summary>Returns the target's row as numbers, which only the run on tensors needs.</summary>
    static Tensor OneHot(SoftmaxTarget target, Tensor x)
    {
        Tensor at = ClassesOrZero(target.Values).Unsqueeze(-1);
        Tensor q = Tensor.Full(x.Shape, target.Elements.SharePerClass(x.Shape[-1]), x.DType)
            .ScatterAdd(-1, at, Tensor.Full(at.Shape, target.Elements.OwnShare, x.DType));
        return target.Weight is null ? q : q * target.Weight;
    }
}
