using System.Text.Json;
using Criterion.Losses;
using Criterion.Schedules;

namespace Criterion.Tests.Losses.Combining;

public class LambdaLossTests
{
    static Tensor X => Tensor.From(1.0, -2.0);

    static Tensor Y => Tensor.From(0.0, 1.0);

    [Fact]
    public void A_function_is_a_loss()
    {
        IPredictionLoss loss = Loss.From((x, y) => (x - y).Abs().Pow(3).Mean());
        Assert.Equal((1 + 27) / 2.0, loss.Forward(X, Y).Item());
        GradCheck.Check(x => loss.Forward(x[0], x[1]), [X, Y]);
    }

    [Fact]
    public void It_is_combined_and_reported_by_name()
    {
        WeightedSum loss = (Loss.From((x, y) => (x * y).Sum(), "product") * 10) + new L1Loss() + Loss.From((x, _) => x.Sum());
        LossReport report = loss.Evaluate(X, Y);
        Assert.Equal((10 * -2) + 2 - 1, report.Total.Item());
        Assert.Equal(["product", "L1", "Lambda"], report.Terms.Select(static term => term.Name));
        Assert.Equal(-2, report["product"]);
        Assert.Equal("10 · product + L1 + Lambda", loss.ToString());
    }

    [Fact]
    public void Two_without_names_are_numbered()
    {
        WeightedSum loss = Loss.From((x, _) => x.Sum()) + Loss.From((_, y) => y.Sum());
        Assert.Equal(["Lambda", "Lambda 2"], loss.Terms.Select(static term => term.Name));
    }

    [Fact]
    public void Weights_may_follow_a_schedule()
    {
        WeightedSum loss = Loss.From((x, _) => x.Sum()) * new LinearSchedule(0, 1, steps: 10);
        Assert.Equal(-0.5, loss.At(5).Forward(X, Y).Item());
    }

    [Fact]
    public void It_is_evaluated_on_arrays()
    {
        (double value, float[] gradient) = Loss.From((x, y) => ((x - y) * (x - y)).Sum()).Evaluate([1f, 2f], [0f, 4f]);
        Assert.Equal(5, value);
        Assert.Equal([2f, -4f], gradient);
    }

    [Fact]
    public void It_prints_its_name() => Assert.Equal(("power", @"\text{power}"), (Power.ToString(), Power.ToLatex()));

    [Fact]
    public void Its_equality_is_that_of_function_and_name()
    {
        Func<Tensor, Tensor, Tensor> function = static (x, _) => x;
        Assert.Equal(Loss.From(function), Loss.From(function));
        Assert.NotEqual(Loss.From(function), Loss.From(function, "other"));
        Assert.Equal(Power.Function, (Power with { }).Function);
    }

    [Fact]
    public void Json_refuses_it_with_the_fix()
    {
        const string message = "LambdaLoss: JSON cannot store \"power\", which is a function. "
            + "Define a record that derives from a loss, such as PointwiseLoss, and store its options.";
        Assert.StartsWith(message, Refusal(Power));
        Assert.StartsWith(message, Refusal((Power * 2) + new L1Loss()));
        Assert.Contains("Delta", JsonSerializer.Serialize<IPredictionLoss>(new HuberLoss()));

        static string Refusal(IPredictionLoss loss) =>
            Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(loss)).Message;
    }

    [Fact]
    public void Mistakes_are_errors()
    {
        Assert.Throws<ArgumentNullException>(() => Loss.From(null!));
        Assert.Throws<ArgumentException>(() => Loss.From((x, _) => x, " "));
        LossException error = Assert.Throws<LossException>(() => Loss.From((_, _) => null!, "nothing").Forward(X, Y));
        Assert.Equal("nothing: the function returned null. Return the loss, a tensor.", error.Message);
    }

    static LambdaLoss Power { get; } = Loss.From((x, y) => (x - y).Abs().Pow(1.5).Mean(), "power");
}
