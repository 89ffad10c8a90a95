using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Formulas;

/// <summary>Softmax rows as a user's formula meets them.</summary>
public class SoftmaxRowsTests
{
    static Tensor Logits => Tensor.Randn([6, 5], DType.Float64, new RandomStream(1));
    static Tensor Others => Tensor.Randn([6, 5], DType.Float64, new RandomStream(2));
    static Tensor Classes => Tensor.From<long>(0, 4, 2, -1, 1, 3);
    static Tensor Weight => Tensor.From(1.0, 0.5, 2, 0, 3);
    static Tensor PerRow => Tensor.From(1.0, 2, 0.5, 3, 1, 0);

    public static TheoryData<string, RowOrigin> Kinds => new()
    {
        { "classes", RowOrigin.LogSumExp },
        { "classes", RowOrigin.Zero },
        { "classes", RowOrigin.TargetClass },
        { "rows", RowOrigin.LogSumExp },
        { "rows", RowOrigin.Zero },
        { "logits", RowOrigin.LogSumExp },
        { "logits", RowOrigin.Zero },
        { "logs", RowOrigin.LogSumExp },
        { "logs", RowOrigin.Zero },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_target_and_origin_has_the_derivatives_of_differences(string kind, RowOrigin origin)
    {
        GradCheck.Check(x => TensorFormula.SoftmaxRows(default(Curved), x[0], Target(kind, x[1]), PerRow, origin), [Logits, Others]);
        GradCheck.Check(x => TensorFormula.SoftmaxRowSum(default(Curved), x[0], Target(kind, x[1]), PerRow, origin, 0.3), [Logits, Others]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fused_gradients_are_those_of_the_composed_graph(string kind, RowOrigin origin)
    {
        Tensor[] x = [.. new[] { Logits, Others }.Select(static t => t.Clone())];
        x[0].RequiresGrad = true;
        x[1].RequiresGrad = true;
        Tensor loss = TensorFormula.SoftmaxRowSum(default(Curved), x[0], Target(kind, x[1]), PerRow, origin);
        Tensor[] composed = Autograd.Grad([loss], x, createGraph: true, allowUnused: true);
        Tensor[] fused = Autograd.Grad([loss], x, allowUnused: true);
        for (int i = 0; i < 2; i++)
        {
            Golden.GoldenAssert.Close(composed[i], fused[i], $"gradient {i}", 1e-11);
        }
    }

    [Fact]
    public void A_row_without_a_class_is_left_out_whatever_it_holds()
    {
        Tensor x = Logits.Clone();
        x[3] = Tensor.Full([5], double.NaN, DType.Float64);
        x.RequiresGrad = true;
        Tensor losses = TensorFormula.SoftmaxRows(default(Curved), x, SoftmaxTarget.Classes(Classes));
        losses.Backward(Tensor.OnesLike(losses));
        Assert.Equal(0, losses[3].Item());
        Assert.Equal(0, x.Grad![3].Abs().Sum().Item());
    }

    [Fact]
    public void What_does_not_fit_is_an_error_that_says_so()
    {
        static void Refused(string part, Action action) =>
            Assert.Contains(part, Assert.Throws<ShapeException>(action).Message, StringComparison.Ordinal);
        Refused("[6, 5]", () => TensorFormula.SoftmaxRows(default(Curved), Logits, SoftmaxTarget.Rows(Others[..5])));
        Refused("[6]", () => TensorFormula.SoftmaxRows(default(Curved), Logits, SoftmaxTarget.Classes(Classes[..5])));
        Refused("[5]", () => TensorFormula.SoftmaxRows(default(Curved), Logits, SoftmaxTarget.Classes(Classes, Weight[..4])));
        Refused("class 5 of row 0", () => TensorFormula.SoftmaxRows(default(Curved), Logits, SoftmaxTarget.Classes(Classes + 5)));
        Refused("C ≥ 1", () => TensorFormula.SoftmaxRows(default(Curved), Logits[.., ..0], SoftmaxTarget.Rows(Others[.., ..0])));
        Refused(
            "classes", () => TensorFormula.SoftmaxRows(default(Curved), Logits, SoftmaxTarget.Rows(Others), origin: RowOrigin.TargetClass));
    }

    static SoftmaxTarget Target(string kind, Tensor rows) => kind switch
    {
        "classes" => SoftmaxTarget.Classes(Classes, Weight, 0.2),
        "rows" => SoftmaxTarget.Rows(rows, Weight, 0.2),
        "logits" => SoftmaxTarget.Logits(rows),
        _ => SoftmaxTarget.LogProbabilities(rows),
    };

    /// <summary>Curved in both numbers.</summary>
    readonly struct Curved : ISoftmaxFormula
    {
        public static bool VanishesWithTarget => false;

        public T Value<T>(T a, T p, T b, T q)
            where T : struct, IReal<T> => (T.Sin(a) * b) + (b * b * a * a * T.Const(0.1)) + T.Tanh(b);
    }
}
