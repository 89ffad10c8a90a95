using System.Reflection;
using Criterion.Losses;
using Criterion.Tests.Gradients;

namespace Criterion.Tests.Formulas;

/// <summary>
/// Every pointwise operation, loss and term of an objective at extreme arguments against values that were computed with unbounded
/// exponents and 150 digits: right within rounding to second order wherever the result is representable, in whole lanes and in what is
/// left over of them.
/// </summary>
public class ExtremesTests
{
    // Copies of a point: whole lanes and a remainder in either precision.
    const int Copies = 33;

    public static IEnumerable<TheoryDataRow<string, DType>> Functions() =>
        from name in ExtremeFunctions.All.Keys
        from type in new[] { DType.Float32, DType.Float64 }
        select new TheoryDataRow<string, DType>(name, type) { TestDisplayName = $"{name}, {type}" };

    public static IEnumerable<TheoryDataRow<string, DType>> Fused() =>
        Functions().Where(static row => ExtremeFunctions.All[row.Data.Item1].Mean is not null);

    [Theory]
    [MemberData(nameof(Functions))]
    public void Elements_are_right_to_second_order(string name, DType type)
    {
        ExtremePoint[] all = ExtremePoint.Of(name, type);
        Report report = new(name, type);
        report.Compare("value", all, ExtremeFunctions.All[name].Each(Variables(all, type)), static p => p.Value, static p => p.Condition);

        ExtremePoint[] points = [.. all.Where(static p => p.X.All(double.IsFinite))];
        Tensor[] x = Variables(points, type);
        Tensor y = ExtremeFunctions.All[name].Each(x);
        Tensor[] fused = Autograd.Grad([y], x, gradients: [Tensor.OnesLike(y)], allowUnused: true);
        for (int i = 0; i < x.Length; i++)
        {
            int own = i;
            report.Compare($"derivative {i}", points, fused[i], p => p.Gradient[own], p => p.ConditionOf(own));
        }

        Tensor[] recorded = Autograd.Grad(
            [ExtremeFunctions.All[name].Each(x)], x, createGraph: true, gradients: [Tensor.OnesLike(y)], allowUnused: true);
        for (int i = 0; i < x.Length; i++)
        {
            int own = i;
            report.Compare($"recorded derivative {i}", points, recorded[i], p => p.Gradient[own], p => p.ConditionOf(own));
            Tensor second = recorded[i].RequiresGrad
                ? Autograd.Grad([recorded[i]], [x[i]], gradients: [Tensor.OnesLike(recorded[i])], allowUnused: true)[0]
                : Tensor.ZerosLike(x[i]);

            // Beyond the range of the first derivative nothing is asked of the second.
            report.CompareRoughly(
                $"second derivative {i}", points, second, p => p.Hessian[(own * x.Length) + own], p => ScaleOfCurvature(p, own, report));
        }

        report.Finish();
    }

    [Theory]
    [MemberData(nameof(Fused))]
    public void Means_of_equal_elements_are_the_element(string name, DType type)
    {
        ExtremePoint[] points = ExtremePoint.Of(name, type);
        double[][] results = [.. points.Select(point => MeanAndGradient(name, point, type))];
        Report report = new(name, type);
        report.Compare("mean", points, Column(0), static p => p.Value, static p => p.Condition);
        results = [.. results.Where((_, i) => points[i].X.All(double.IsFinite))];
        points = [.. points.Where(static p => p.X.All(double.IsFinite))];
        for (int i = 0; i < points[0].X.Length; i++)
        {
            int own = i;
            report.Compare(
                $"derivative {i} of the mean in a lane", points, Column(1 + (2 * i)), p => p.Gradient[own], p => p.ConditionOf(own));
            report.Compare(
                $"derivative {i} of the mean after the last lane",
                points,
                Column(2 + (2 * i)),
                p => p.Gradient[own],
                p => p.ConditionOf(own));
        }

        report.Finish();

        Tensor Column(int i) => Tensor.From([.. results.Select(row => row[i])], [results.Length]);
    }

    [Fact]
    public void Every_function_of_the_file_has_a_row() => Assert.Equal(ExtremePoint.Names().Order(), ExtremeFunctions.All.Keys.Order());

    [Fact]
    public void Every_pointwise_operation_has_a_row()
    {
        string[] elsewhere = ["Maximum", "Minimum", "op_UnaryNegation", "Sign", "Map", "Round", "Floor", "Ceil", "Trunc"];
        string[] operations = [.. Operations.All.Where(static o => o.Pointwise).Select(static o => o.Method).Distinct()];
        HaveRows(operations.Except(elsewhere));
    }

    [Fact]
    public void Every_pointwise_loss_has_a_row()
    {
        IEnumerable<string> losses =
            from type in typeof(Loss).Assembly.GetTypes()
            where type.GetCustomAttribute<CatalogueAttribute>() is not null
            where type.IsSubclassOf(typeof(PointwiseLoss)) || type.IsSubclassOf(typeof(TernaryLoss))
            select type.Name;
        HaveRows(losses);
    }

    static void HaveRows(IEnumerable<string> names)
    {
        string[] missing = [.. names.Except(ExtremeFunctions.All.Values.Select(static f => f.Covers))];
        Assert.True(
            missing.Length == 0,
            $"Add a row to ExtremeFunctions.cs and the function to tests/golden/extremes.py, and run it: {string.Join(", ", missing)}");
    }

    static double ScaleOfCurvature(ExtremePoint point, int own, Report report)
    {
        double least = point.X.Select(Math.Abs).Where(static x => x > 0).DefaultIfEmpty(double.PositiveInfinity).Min();
        return Math.Abs(point.Gradient[own]) > report.Most ? double.NaN : point.Gradient[own] / least;
    }

    static Tensor[] Variables(ExtremePoint[] points, DType type) => Operation.Learned(
        [.. Enumerable.Range(0, points[0].X.Length).Select(i => Tensor.From([.. points.Select(p => p.X[i])], [points.Length]).To(type))]);

    /// <summary>The mean of copies of a point, and the first and last element of each gradient, times the number of copies.</summary>
    static double[] MeanAndGradient(string name, ExtremePoint point, DType type)
    {
        Tensor[] x = Operation.Learned([.. point.X.Select(value => Tensor.Full([Copies], value, DType.Float64).To(type))]);
        Tensor mean = ExtremeFunctions.All[name].Mean!(x);
        Tensor[] gradients = Autograd.Grad([mean], x, allowUnused: true);
        return [mean.Item(), .. gradients.SelectMany(static g => new[] { g[0].Item() * Copies, g[Copies - 1].Item() * Copies })];
    }

    /// <summary>Collects what is off.</summary>
    sealed class Report(string name, DType type)
    {
        const double Units = 12;

        readonly List<string> _wrong = [];

        double Epsilon => type == DType.Float32 ? Math.Pow(2, -24) : Math.Pow(2, -53);

        double Least => type == DType.Float32 ? 1e-45 : 5e-324;

        double LeastNormal => type == DType.Float32 ? 1.2e-38 : 2.3e-308;

        public double Most => type == DType.Float32 ? float.MaxValue : double.MaxValue;

        public void Compare(
            string what, ExtremePoint[] points, Tensor actual, Func<ExtremePoint, double> expected, Func<ExtremePoint, double> condition) =>
            Check(what, points, actual, expected, (p, e) => (Units * Epsilon * (Math.Abs(e) + condition(p))) + (Units * Copies * Least));

        /// <summary>Of second derivatives the digits are fewer, and what they are made of may cancel.</summary>
        public void CompareRoughly(
            string what, ExtremePoint[] points, Tensor actual, Func<ExtremePoint, double> expected, Func<ExtremePoint, double> scale) =>
            Check(what, points, actual, expected, (p, e) => (1e-4 * Math.Abs(e)) + (100 * Epsilon * Math.Abs(scale(p))) + LeastNormal);

        public void Finish() => Assert.True(_wrong.Count == 0, $"{_wrong.Count} of {name}, {type}:\n{string.Join('\n', _wrong.Take(20))}");

        void Check(
            string what,
            ExtremePoint[] points,
            Tensor actual,
            Func<ExtremePoint, double> expected,
            Func<ExtremePoint, double, double> allowed)
        {
            double[] values = actual.To(DType.Float64).ToArray<double>();
            for (int i = 0; i < points.Length; i++)
            {
                double exact = expected(points[i]);
                double tolerance = allowed(points[i], exact);
                double edge = Most * (1 - (Units * Epsilon));
                bool isRight = double.IsNaN(tolerance) || (Math.Abs(exact) >= edge
                    ? values[i] == exact || (Math.Abs(values[i]) >= edge && Math.Sign(values[i]) == Math.Sign(exact))
                    : Math.Abs(values[i] - exact) <= tolerance || (double.IsInfinity(tolerance) && !double.IsNaN(values[i])));
                if (!isRight)
                {
                    _wrong.Add($"{what} at ({string.Join(", ", points[i].X)}): {values[i]:R} for {exact:R}");
                }
            }
        }
    }
}
