using System.Text.Json;
using Criterion.Losses;
using Criterion.Schedules;

namespace Criterion.Tests.Losses.Combining;

public class WeightedSumTests
{
    static readonly L1Loss L1 = new();
    static readonly MSELoss Squares = new();

    static Tensor X => Tensor.From<double>([1, -2, 0.5, 3], [2, 2]);

    static Tensor Y => Tensor.From<double>([0, 1, 0.25, 1], [2, 2]);

    [Fact]
    public void Sum_is_the_weighted_sum_of_its_losses()
    {
        WeightedSum loss = (L1 * 10) + Squares;
        Tensor l1 = L1.Forward(X, Y);
        Tensor squares = Squares.Forward(X, Y);
        Assert.Equal((10 * l1.Item()) + squares.Item(), loss.Forward(X, Y).Item(), 1e-12);
        Assert.Equal(1.5625, l1.Item());
        LossReport report = loss.Evaluate(X, Y);
        Assert.Equal([new("L1", 10, 1.5625), new("MSE", 1, squares.Item())], report.Terms);
        Assert.Equal(15.625, report.Terms[0].Weighted);
        Assert.Equal(1.5625, report["L1"]);
    }

    [Fact]
    public void First_and_second_derivatives_are_those_of_central_differences() =>
        GradCheck.Check(x => ((L1 * 10) + (0.5 * Squares) + new CosineSimilarityLoss()).Forward(x[0], x[1]), [X, Y]);

    [Fact]
    public void Terms_are_reported_in_the_order_and_by_the_names_given()
    {
        WeightedSum loss = (L1 * 10).Named("pixel") + Squares + L1 + L1;
        Assert.Equal(["pixel", "MSE", "L1", "L1 2"], loss.Evaluate(X, Y).Terms.Select(static term => term.Name));
        Assert.Equal("10 · pixel + MSE + L1 + L1 2", loss.ToString());
        Assert.Equal("15.625 = 10 × pixel 1.5625", (L1 * 10).Named("pixel").Evaluate(X, Y).ToString());
    }

    [Fact]
    public void Sums_within_sums_become_their_terms()
    {
        WeightedSum loss = 2 * ((L1 * 10) + (Squares * 3));
        Assert.Equal((L1 * 20) + (Squares * 6), loss);
        Assert.Equal(2, loss.Terms.Count);
    }

    [Fact]
    public void Named_sum_is_one_term()
    {
        WeightedSum loss = (((L1 * 10) + Squares).Named("image") * 2) + L1;
        Assert.Equal(["image", "L1"], loss.Terms.Select(static term => term.Name));
        Assert.Equal((21 * 1.5625) + (2 * Squares.Forward(X, Y).Item()), loss.Forward(X, Y).Item(), 1e-12);
    }

    [Fact]
    public void Weight_of_0_and_below_are_weights() =>
        Assert.Equal(-1.5625, ((L1 * -1) + (Squares * 0)).Forward(X, Y).Item());

    [Fact]
    public void Schedules_need_the_step()
    {
        WeightedSum loss = L1 + (Squares * new LinearSchedule(0, 8, steps: 4) * 2).Named("late");
        string message = Assert.Throws<LossException>(() => loss.Forward(X, Y)).Message;
        Assert.Contains("late", message, StringComparison.Ordinal);
        Assert.Contains("At(step)", message, StringComparison.Ordinal);
        Assert.Equal([0, 4, 8, 16, 16], new long[] { 0, 1, 2, 4, 9 }.Select(step => loss.At(step).Evaluate(X, Y).Terms[1].Weight));
        Assert.Equal((L1 + (Squares * 16).Named("late")).Forward(X, Y).Item(), loss.At(4).Forward(X, Y).Item());
    }

    [Fact]
    public void Schedules_within_a_named_sum_get_the_step_too()
    {
        WeightedSum loss = (L1 + (Squares * new StepSchedule(1, 10))).Named("image") * 3;
        Assert.Equal((3 * (L1 + (Squares * 0.1))).Forward(X, Y).Item(), loss.At(10).Forward(X, Y).Item(), 1e-12);
    }

    [Fact]
    public void Equal_terms_make_equal_sums()
    {
        Assert.Equal((new L1Loss() * 10) + new MSELoss(), (L1 * 10) + Squares);
        Assert.Equal(((new L1Loss() * 10) + new MSELoss()).GetHashCode(), ((L1 * 10) + Squares).GetHashCode());
        Assert.NotEqual((L1 * 10) + Squares, Squares + (L1 * 10));
        Assert.NotEqual(L1 * 10, L1 * 9);
    }

    [Fact]
    public void Json_holds_terms_weights_and_sums_within()
    {
        WeightedSum inner = ((new HuberLoss(0.5) * 2) + new CrossEntropyLoss(Tensor.From([1.0, 2.0]))).Named("inner");
        WeightedSum sum = (L1 * new LinearSchedule(0, 1, steps: 10)) + (Squares * 3) + inner;

        string json = JsonSerializer.Serialize(sum);

        Assert.Equal(sum.At(5).ToString(), JsonSerializer.Deserialize<WeightedSum>(json)!.At(5).ToString());
        Assert.Equal(json, JsonSerializer.Serialize(
            JsonSerializer.Deserialize<IPredictionLoss>(JsonSerializer.Serialize<IPredictionLoss>(sum)), typeof(WeightedSum)));
        Assert.Equal((L1 * 10) + Squares, JsonSerializer.Deserialize<WeightedSum>(JsonSerializer.Serialize((L1 * 10) + Squares)));
    }

    [Fact]
    public void Json_of_a_loss_that_it_does_not_know_is_an_error() =>
        Assert.Throws<NotSupportedException>(static () => JsonSerializer.Serialize(new Foreign() * 2));

    [Fact]
    public void Formula_names_its_terms()
    {
        string[] lines = ((L1 * 10) + (Squares * new LinearSchedule(0, 1, 5))).ToLatex().Split('\n');
        Assert.Equal(@"10 \cdot \ell_{\text{L1}} + w_{\text{MSE}}(t) \cdot \ell_{\text{MSE}}", lines[0]);
        Assert.Equal(@"\ell_{\text{L1}} = \left|x - y\right|", lines[1]);
        Assert.Equal(3, lines.Length);
    }

    [Fact]
    public void Losses_that_do_not_come_out_as_one_number_are_an_error_that_names_them()
    {
        string message = Assert.Throws<ShapeException>(() => (L1 + new MSELoss(Reduction.None)).Forward(X, Y)).Message;
        Assert.Contains("\"MSE\"", message, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_and_names_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => L1 * double.NaN);
        Assert.Throws<ArgumentException>(() => L1.Named(" "));
        Assert.Throws<ArgumentException>(() => new WeightedSum());
    }

    sealed record Foreign : IPredictionLoss
    {
        public Tensor Forward(Tensor prediction, Tensor target) => (prediction - target).Sum();

        public string ToLatex() => "x - y";

        public IEnumerable<LossCurve> Curves() => [];
    }
}
