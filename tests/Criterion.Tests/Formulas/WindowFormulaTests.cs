using Criterion.Drivers;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Formulas;

/// <summary>
/// Windows of any border, stride and width, with one to four statistics: the fused run, plain loops and differences agree.
/// </summary>
public class WindowFormulaTests
{
    static readonly BlurWindow[] Windows =
    [
        new(1), new(3), new(5, 0.9), new(3, null, WindowBorder.Reflect), new(5, 1.2, WindowBorder.Reflect), new(3, null, WindowBorder.Zero),
        new(5, 2, WindowBorder.Zero), new(3, null, WindowBorder.Valid, 2), new(3, 0.7, WindowBorder.Reflect, 2),
        new(5, null, WindowBorder.Zero, 3),
        new(3, 1, WindowBorder.Zero, 5),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Windows.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Fused_means_are_those_of_plain_loops(int number)
    {
        foreach ((int height, int width) in new[] { (5, 5), (6, 9), (9, 6), (5, 71), (40, 5) })
        {
            (Tensor x, Tensor y) = (Draw(height, width, 1), Draw(height, width, 2));
            Tensor expected = Tensor.From([Plain(Windows[number], x[0, 0], y[0, 0]), Plain(Windows[number], x[0, 1], y[0, 1])], [1, 2]);
            Golden.GoldenAssert.Close(expected, TensorFormula.Windows(default(Four), Windows[number], x, y), "means", 1e-11);
            Golden.GoldenAssert.Close(expected, TensorFormula.WindowMap(default(Four), Windows[number], x, y).Mean([2, 3]), "map", 1e-11);
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Derivatives_are_those_of_central_differences(int number)
    {
        Tensor[] images = [Draw(5, 6, 1), Draw(5, 6, 2)];
        GradCheck.Check(x => TensorFormula.Windows(default(Four), Windows[number], x[0], x[1]), images);
        GradCheck.Check(x => TensorFormula.WindowSum(default(Three), Windows[number], x[0], x[1], 0.7), images);
        GradCheck.Check(x => TensorFormula.Windows(default(Two), Windows[number], x[0], x[1]), images);
        GradCheck.Check(x => TensorFormula.WindowSum(default(One), Windows[number], x[0], x[1]), images);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Fused_gradients_are_those_of_the_composed_graph_at_any_width(int number)
    {
        foreach (int width in new[] { 7, 8, 9, 31, 33, 65 })
        {
            Tensor[] x = [Draw(7, width, 1), Draw(7, width, 2)];
            Array.ForEach(x, image => image.RequiresGrad = true);
            Tensor means = TensorFormula.Windows(default(Four), Windows[number], x[0], x[1]);
            Tensor upstream = Tensor.From([0.5, 2], [1, 2]);
            Tensor[] composed = Criterion.Autograd.Grad([means], x, createGraph: true, gradients: [upstream]);
            means.Backward(upstream);
            Golden.GoldenAssert.Close(composed[0], x[0].Grad!, $"gradient by x of width {width}", 1e-10);
            Golden.GoldenAssert.Close(composed[1], x[1].Grad!, $"gradient by y of width {width}", 1e-10);
        }
    }

    /// <summary>Rows are taken in bands of 256 and more, or of twice the window; windows reach from one into the next.</summary>
    [Theory]
    [InlineData(5, WindowBorder.Valid, 1, 512)]
    [InlineData(11, WindowBorder.Zero, 1, 700)]
    [InlineData(11, WindowBorder.Reflect, 1, 502)]
    [InlineData(7, WindowBorder.Reflect, 3, 800)]
    [InlineData(151, WindowBorder.Reflect, 1, 560)]
    public void Bands_of_tall_images_add_up_to_the_composed_graph(int size, WindowBorder border, int stride, int height)
    {
        BlurWindow window = new(size, size / 4.0, border, stride);
        int width = Math.Max(6, window.LeastSide);
        Assert.InRange(new WindowGeometry(window, height, width).Bands, 2, 3);
        Tensor[] x = [Draw(height, width, 1), Draw(height, width, 2)];
        Tensor plain = TensorFormula.Windows(default(Four), window, x[0], x[1]);
        Array.ForEach(x, image => image.RequiresGrad = true);
        Tensor means = TensorFormula.Windows(default(Four), window, x[0], x[1]);
        Tensor[] composed = Criterion.Autograd.Grad([means.Sum()], x, createGraph: true);
        means.Sum().Backward();
        Golden.GoldenAssert.Close(plain, means.Detach(), "means without gradients", 1e-13);
        Tensor mapped = TensorFormula.WindowMap(default(Four), window, x[0], x[1]).Mean([2, 3]).Detach();
        Golden.GoldenAssert.Close(mapped, means.Detach(), "means", 1e-11);
        Golden.GoldenAssert.Close(composed[0].Detach(), x[0].Grad!, "gradient by x", 1e-10);
        Golden.GoldenAssert.Close(composed[1].Detach(), x[1].Grad!, "gradient by y", 1e-10);
    }

    [Fact]
    public void One_image_may_need_no_gradient()
    {
        Tensor x = Draw(6, 7, 1);
        Tensor y = Draw(6, 7, 2);
        y.RequiresGrad = true;
        TensorFormula.WindowSum(default(Four), new BlurWindow(3), x, y).Backward();
        Assert.Null(x.Grad);
        Tensor alone = y.Grad!;
        x.RequiresGrad = true;
        y.Grad = null;
        TensorFormula.WindowSum(default(Four), new BlurWindow(3), x, y).Backward();
        Golden.GoldenAssert.Close(alone, y.Grad!, "gradient");
    }

    [Fact]
    public void Weights_add_up_to_1() => Assert.All(Windows, window => Assert.Equal(1, window.Weights().Sum(), 1e-15));

    [Fact]
    public void Small_images_and_other_shapes_are_errors()
    {
        Tensor x = Draw(4, 9, 1);
        ShapeException error = Assert.Throws<ShapeException>(() => TensorFormula.Windows(default(Four), new BlurWindow(5), x, x));
        Assert.Contains("least side is 5", error.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => TensorFormula.Windows(default(Four), new BlurWindow(3), x, x.Narrow(1, 0, 1)));
        Assert.Throws<ShapeException>(() => TensorFormula.WindowMap(default(Four), new BlurWindow(3), x[0], x[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlurWindow(4));
    }

    [Fact]
    public void Formula_writes_itself() =>
        Assert.Equal(@"\frac{\overline{x} \cdot \overline{y}}{1 + \overline{x^{2}}}", TensorFormula.ToLatex(default(Three), ["x", "y"]));

    static Tensor Draw(int height, int width, ulong seed) => Tensor.Randn([1, 2, height, width], DType.Float64, new RandomStream(seed));

    static double Plain(BlurWindow window, Tensor x, Tensor y)
    {
        (int height, int width) = (x.Shape[0], x.Shape[1]);
        int padding = window.Border == WindowBorder.Valid ? 0 : window.Size / 2;
        double[] weights =
        [
            .. Enumerable.Range(0, window.Size).Select(
                i => window.Sigma is { } s ? Math.Exp(-Math.Pow(i - (window.Size / 2), 2) / (2 * s * s)) : 1),
        ];
        List<double> values = [];
        for (int i = -padding; i + window.Size <= height + padding; i += window.Stride)
        {
            for (int j = -padding; j + window.Size <= width + padding; j += window.Stride)
            {
                values.Add(One(i, j));
            }
        }

        return values.Average();

        double One(int top, int left)
        {
            double[] sums = new double[4];
            double total = Math.Pow(weights.Sum(), 2);
            for (int i = 0; i < window.Size; i++)
            {
                for (int j = 0; j < window.Size; j++)
                {
                    (int row, int column) = (top + i, left + j);
                    bool inside = row >= 0 && column >= 0 && row < height && column < width;
                    if (!inside && window.Border == WindowBorder.Zero)
                    {
                        continue;
                    }

                    (row, column) = (Mirror(row, height), Mirror(column, width));
                    (double a, double b) = (x[row, column].Item(), y[row, column].Item());
                    double weight = weights[i] * weights[j] / total;
                    (sums[0], sums[1]) = (sums[0] + (weight * a), sums[1] + (weight * b));
                    (sums[2], sums[3]) = (sums[2] + (weight * a * a), sums[3] + (weight * a * b));
                }
            }

            return (sums[0] * sums[1] / (1 + sums[2])) + (sums[3] * sums[3]);
        }
    }

    static int Mirror(int i, int side) => i < 0 ? -i : i >= side ? (2 * side) - 2 - i : i;

    readonly struct One : IWindowFormula
    {
        public static int StatisticCount => 1;

        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T> => Statistics<T>.Of(x * y);

        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T> => means.First * means.First;
    }

    readonly struct Two : IWindowFormula
    {
        public static int StatisticCount => 2;

        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T> => Statistics<T>.Of(x, y);

        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T> => means.First * means.First * means.Second;
    }

    readonly struct Three : IWindowFormula
    {
        public static int StatisticCount => 3;

        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T> => Statistics<T>.Of(x, y, x * x);

        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T> => means.First * means.Second / (T.Const(1) + means.Third);
    }

    readonly struct Four : IWindowFormula
    {
        public static int StatisticCount => 4;

        public Statistics<T> Terms<T>(T x, T y)
            where T : struct, IReal<T> => new(x, y, x * x, x * y);

        public T Value<T>(Statistics<T> means)
            where T : struct, IReal<T> => (means.First * means.Second / (T.Const(1) + means.Third)) + (means.Fourth * means.Fourth);
    }
}
