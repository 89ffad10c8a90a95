namespace Criterion.Tests.Numbers;

/// <summary>Numbers as people read and type them.</summary>
public class NumberTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(12345678, "12345678")]
    [InlineData(1234.56789, "1234.5679")]
    [InlineData(0.123456, "0.1235")]
    [InlineData(0.0123456, "0.01235")]
    [InlineData(0.00001, "1e-5")]
    [InlineData(1e-6f, "1e-6")]
    [InlineData(-4.25e-10, "-4.25e-10")]
    [InlineData(1e300, "1e300")]
    [InlineData(double.Epsilon, "4.941e-324")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void Nothing_but_zero_is_written_as_zero(double value, string text) => Assert.Equal(text, NumberText.Format(value));

    [Theory]
    [InlineData(0.1239, 3, "0.124")]
    [InlineData(0, 3, "0.000")]
    [InlineData(-0.0004, 3, "-4e-4")]
    [InlineData(0.0005, 3, "0.001")]
    [InlineData(1.26e-7, 2, "1.3e-7")]
    [InlineData(1e12, 2, "1e12")]
    [InlineData(double.NaN, 2, "NaN")]
    public void Columns_keep_their_decimals_where_these_show_something(double value, int decimals, string text) =>
        Assert.Equal(text, NumberText.Fixed(value, decimals));

    [Theory]
    [InlineData(0.25, 0, "25 %")]
    [InlineData(0, 1, "0.0 %")]
    [InlineData(0.0001, 1, "<0.1 %")]
    [InlineData(0.001, 0, "<1 %")]
    [InlineData(1, 1, "100.0 %")]
    public void Shares_are_percentages(double share, int decimals, string text) => Assert.Equal(text, NumberText.Percent(share, decimals));

    [Theory]
    [InlineData(12345.6, 4, "12346")]
    [InlineData(1.23456, 4, "1.235")]
    [InlineData(4.666666667e-6, 9, "4.66666667e-6")]
    [InlineData(1e20, 4, "1e20")]
    public void Digits_are_counted(double value, int digits, string text) => Assert.Equal(text, NumberText.Significant(value, digits));

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-2e-4", -2e-4)]
    [InlineData("+1E3", 1000.0)]
    [InlineData(".5", 0.5)]
    [InlineData("0e5", 0.0)]
    [InlineData("0,5", null)]
    [InlineData("1,000", null)]
    [InlineData("1 000", null)]
    [InlineData(" 1", null)]
    [InlineData("", null)]
    [InlineData("NaN", null)]
    [InlineData("-Infinity", null)]
    [InlineData("1e999", null)]
    [InlineData("1e-999", null)]
    [InlineData("0x10", null)]
    [InlineData("\u22121", null)]
    [InlineData("\u0661", null)]
    public void Numbers_have_a_point_and_no_separators(string text, double? value) =>
        Assert.Equal(value, NumberText.TryParse(text, out double parsed) ? parsed : null);

    [Theory]
    [InlineData("12", 12L)]
    [InlineData("+5", 5L)]
    [InlineData("-5", -5L)]
    [InlineData("1,000", null)]
    [InlineData("1e3", null)]
    [InlineData("1.0", null)]
    [InlineData(" 1", null)]
    [InlineData("", null)]
    [InlineData("99999999999999999999", null)]
    public void Whole_numbers_are_digits_and_a_sign(string text, long? value) =>
        Assert.Equal(value, NumberText.TryParse(text, out long parsed) ? parsed : null);

    [Fact]
    [Trait("Case", "cli-small-values")]
    public void Tensors_show_small_values() =>
        Assert.Equal("[1e-6, 4e-6, 0.5] (Float32 [3])", Tensor.From([1e-6f, 4e-6f, 0.5f]).ToString());
}
