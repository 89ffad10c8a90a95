using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion;

public static partial class TensorFormula
{
    /// <summary>
    /// Computes the loss of each row from its dot products with the centres of classes, in tiles: a large matrix of them is never in
    /// memory. The first gradient computes the tiles again, higher derivatives take the whole matrix in tensor operations.
    /// </summary>
    /// <param name="formula">The formula.</param>
    /// <param name="rows">The rows, [R, D].</param>
    /// <param name="columns">The centres, [C · centres, D], those of a class next to each other.</param>
    /// <param name="bias">What is added to the dot products of each class, [C]; or null. Not with several centres.</param>
    /// <param name="from">The first of each row's own classes, Int64 of [R].</param>
    /// <param name="to">The end of each row's own classes, Int64 of [R].</param>
    /// <param name="centres">The number of centres of a class, of which the most similar counts.</param>
    /// <param name="excluded">A class of each row that is left out and is not its own, Int64 of [R]; or null.</param>
    /// <returns>The loss of each row, [R].</returns>
    internal static Tensor Classes<TFormula>(
        TFormula formula, Tensor rows, Tensor columns, Tensor? bias, Tensor from, Tensor to, int centres = 1, Tensor? excluded = null)
        where TFormula : struct, IClassFormula
    {
        DType type = DTypes.Promote(DTypes.Promote(rows.Floating().DType, columns.DType), bias?.DType ?? columns.DType);
        ClassState<TFormula> state = new(
            formula,
            rows.To(type).Contiguous(),
            ByCentre(columns.To(type), centres).Contiguous(),
            bias?.To(type).Contiguous(),
            from.Contiguous(),
            to.Contiguous(),
            excluded?.Contiguous(),
            centres,
            Tensor.Empty([rows.Shape[0], 2], DType.Float64),
            null);
        Tensor?[] inputs = [state.Rows, state.Columns, state.Bias];
        state = bias is null && centres == 1 ? state with { Kept = KeptTiles(state.Task.Tiles, inputs) } : state;
        ClassDriver.LogSums(state.Task, state.LogSums.Elements);
        return Autograd.Record(
            Name<TFormula>(),
            state.Losses().To(type),
            [.. inputs, state.From, state.To, state.Excluded, state.LogSums, state.Kept],
            state,
            inputs,
            static (g, of) => Autograd.Enabled ? of.Compose(g) : of.Differentiate(g));
    }

    /// <summary>
    /// Computes the loss of each row i from its dot products with all columns j, of which column i is its own: a formula that returns the
    /// logarithm of the others gives ln Σ e^v(sᵢⱼ) over all j ≠ i.
    /// </summary>
    internal static Tensor OwnAndOthers<TFormula>(TFormula formula, Tensor rows, Tensor columns)
        where TFormula : struct, IClassFormula
    {
        Tensor index = Tensor.Arange(rows.Shape[0]);
        return Classes(formula, rows, columns, bias: null, index, index + 1);
    }

    /// <summary>Computes the loss of each row from its dot products with all columns, of which none is its own.</summary>
    internal static Tensor OfAll<TFormula>(TFormula formula, Tensor rows, Tensor columns)
        where TFormula : struct, IClassFormula
    {
        Tensor none = Tensor.Zeros([rows.Shape[0]], DType.Int64);
        return Classes(formula, rows, columns, bias: null, none, none);
    }

    /// <summary>Returns the index of the nearest other row of each row, by the squared distance of rows, in tiles; unrecorded.</summary>
    internal static Tensor NearestRows(Tensor x)
    {
        Tensor rows = x.Detach().Floating().Contiguous();
        Tensor bias = rows.Square().Sum(1) * -0.5;
        Tensor index = Tensor.Arange(rows.Shape[0]);
        Tensor nearest = Tensor.EmptyLike(index);
        ClassRows<DotProduct> all = new(
            default, rows.Elements, rows.Elements, bias.Elements, index.Elements, (index + 1).Elements, rows.Shape[1], 1);
        ClassDriver.Nearest(all, nearest.Elements);
        return nearest;
    }

    /// <summary>Returns the first centres of all classes, then the second ones, and so on.</summary>
    static Tensor ByCentre(Tensor columns, int centres) => centres == 1
        ? columns
        : columns.Reshape(columns.Shape[0] / centres, centres, columns.Shape[1]).Transpose(0, 1).Reshape(columns.Shape);

    /// <summary>The similarity itself.</summary>
    readonly struct DotProduct : IClassFormula
    {
        public T Own<T>(T s)
            where T : struct, IReal<T> => s;

        public T Other<T>(T s)
            where T : struct, IReal<T> => s;

        public T Loss<T>(T own, T others)
            where T : struct, IReal<T> => others;
    }

    /// <summary>
    /// The operands of losses of classes, ln Σ e^logit over own and other classes of each row, [R, 2], and the similarities if they are
    /// kept.
    /// </summary>
    readonly record struct ClassState<TFormula>(
        TFormula Formula,
        Tensor Rows,
        Tensor Columns,
        Tensor? Bias,
        Tensor From,
        Tensor To,
        Tensor? Excluded,
        int Centres,
        Tensor LogSums,
        Tensor? Kept)
        where TFormula : struct, IClassFormula
    {
        public ClassRows<TFormula> Task => new(
            Formula,
            Rows.Elements,
            Columns.Elements,
            Bias?.Elements ?? default,
            From.Elements,
            To.Elements,
            Rows.Shape[1],
            Centres,
            Excluded?.Elements ?? default,
            Kept?.Elements ?? default,
            IsOneSet);

        bool IsOneSet => ReferenceEquals(Rows, Columns) && Bias is null;

        public Tensor Losses()
        {
            Tensor losses = Tensor.Empty([Rows.Shape[0]], DType.Float64);
            Span<double> values = losses.Elements.Span<double>();
            ReadOnlySpan<double> logs = LogSums.Elements.Span<double>();
            for (int row = 0; row < values.Length; row++)
            {
                values[row] = Formula.Loss<Real>(logs[2 * row], logs[(2 * row) + 1]).Value;
            }

            return losses;
        }

        public Tensor?[] Differentiate(Tensor g)
        {
            using Scratch slopes = new(DType.Float64, LogSums.Count);
            WriteSlopes(g.To(DType.Float64).Contiguous().Elements.Span<double>(), slopes.Elements.Span<double>());
            Tensor?[] gradients = [GradientOf(Rows), IsOneSet ? null : GradientOf(Columns), GradientOf(Bias)];
            Elements ofRows = Memory(0);
            ClassDriver.Differentiate(
                Task, LogSums.Elements, slopes.Elements, new ClassGradients(ofRows, IsOneSet ? ofRows : Memory(1), Memory(2)));
            return gradients;
            Elements Memory(int i) => gradients[i]?.Elements ?? default;
        }

        public Tensor?[] Compose(Tensor g)
        {
            ClassState<TFormula> own = this;
            Tensor[] inputs = Bias is null ? [Rows, Columns] : [Rows, Columns, Bias];
            Tensor?[] gradients = Autograd.Compose(inputs, () => own.Composed().To(g.DType), g);
            return Bias is null ? [.. gradients, null] : gradients;
        }

        void WriteSlopes(ReadOnlySpan<double> g, Span<double> slopes)
        {
            ReadOnlySpan<double> logs = LogSums.Elements.Span<double>();
            for (int i = 0; i < slopes.Length; i += 2)
            {
                (Real own, Real others) = (logs[i], logs[i + 1]);
                slopes[i] = g[i / 2] * Formula.Loss(Dual<Real>.Variable(own), Dual<Real>.Fixed(others)).Tangent.Value;
                slopes[i + 1] = g[i / 2] * Formula.Loss(Dual<Real>.Fixed(own), Dual<Real>.Variable(others)).Tangent.Value;
            }
        }

        Tensor Composed()
        {
            Tensor similarities = Rows.To(DType.Float64).MatMul(Columns.To(DType.Float64).Transpose());
            similarities = Bias is null ? similarities : similarities + Bias.To(DType.Float64);
            if (Centres > 1)
            {
                similarities = similarities.Reshape(Rows.Shape[0], Centres, -1).Max(1);
            }

            Tensor index = Tensor.Arange(similarities.Shape[1]).Unsqueeze(0);
            Tensor isOwn = index.GreaterOrEqual(From.Unsqueeze(1)).And(index.Less(To.Unsqueeze(1)));
            Tensor isNotOther = Excluded is null ? isOwn : isOwn.Or(index.EqualTo(Excluded.Unsqueeze(1)));
            TensorReal own = LogSum(Formula.Own(new TensorReal(similarities)).ToTensor(similarities), isOwn.Not());
            TensorReal others = LogSum(Formula.Other(new TensorReal(similarities)).ToTensor(similarities), isNotOther);
            return Formula.Loss(own, others).ToTensor(From);
        }

        static Tensor LogSum(Tensor logits, Tensor isExcluded) => logits.MaskedFill(isExcluded, double.NegativeInfinity).LogSumExp(1);

        static Tensor? GradientOf(Tensor? input) => input?.Node is null ? null : Tensor.ZerosLike(input);
    }
}
