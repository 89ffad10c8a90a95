using Criterion.Losses;

namespace Criterion.Tests.Losses.Combining;

public class LossReportTests
{
    [Fact]
    public void Losses_of_their_own_inputs_add_up_by_name()
    {
        Tensor x = Tensor.From<double>([1, 3]);
        x.RequiresGrad = true;
        LossReport report = LossReport.From(("adversarial", x[0] * x[0], 1), ("cycle", (x[1] * 2).Reshape(1), 10));
        report.Total.Backward();
        Assert.Equal(61, report.Total.Item());
        Assert.Equal([], report.Total.Shape);
        Assert.Equal([2, 20], x.Grad!.ToArray<double>());
        Assert.Equal("61 = adversarial 1 + 10 × cycle 6", report.ToString());
        Assert.Equal(6, report["cycle"]);
    }

    [Fact]
    public void Terms_can_be_added_later()
    {
        LossReport report = LossReport.From(("a", Tensor.Scalar(1.0), 2)).Plus("b", Tensor.Scalar(3.0));
        Assert.Equal("5 = 2 × a 1 + b 3", report.ToString());
    }

    [Fact]
    public void Values_stay_when_the_memory_of_a_step_is_gone()
    {
        LossReport report;
        using (new TensorScope())
        {
            report = LossReport.From(("a", Tensor.Ones([4]).Sum(), 2));
        }

        Assert.Equal(4, report["a"]);
        Assert.Equal(8, report.Terms[0].Weighted);
    }

    [Fact]
    public void NaN_shows()
    {
        LossReport report = LossReport.From(("a", Tensor.Scalar(1.0), 1), ("b", Tensor.Scalar(double.NaN), 0));
        Assert.True(double.IsNaN(report.Total.Item()));
        Assert.Contains("b NaN", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_are_errors_that_name_the_term()
    {
        Tensor one = Tensor.Scalar(1.0);
        Assert.Contains(
            "\"a\"",
            Assert.Throws<ArgumentException>(() => LossReport.From(("a", one, 1), ("a", one, 1))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "\"b\"",
            Assert.Throws<ShapeException>(() => LossReport.From(("a", one, 1), ("b", Tensor.Ones([2]), 1))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "a", Assert.Throws<KeyNotFoundException>(() => LossReport.From(("a", one, 1))["c"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LossReport.From());
    }
}
