namespace Criterion.Tests.Shapes;

public class DTypeDispatchTests
{
    public static TheoryData<DType> Types => [.. Enum.GetValues<DType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Work_runs_in_the_element_type(DType type)
    {
        Assert.Equal(type, type.RunElements(default(Recorder)).Seen);
        if (type != DType.Bool)
        {
            Assert.Equal(type, type.RunNumbers(default(Recorder)).Seen);
        }

        if (type.IsFloat())
        {
            Assert.Equal(type, type.RunFloats(default(Recorder)).Seen);
        }
    }

    [Fact]
    public void Types_without_the_arithmetic_are_refused_by_name()
    {
        Exception numbers = Assert.Throws<DTypeException>(static () => DType.Bool.RunNumbers(default(Recorder)));
        Assert.Contains("Bool", numbers.Message, StringComparison.Ordinal);
        Exception floats = Assert.Throws<DTypeException>(static () => DType.Int64.RunFloats(default(Recorder)));
        Assert.Contains("Int64", floats.Message, StringComparison.Ordinal);
    }

    struct Recorder : IElementTask, INumberTask, IFloatTask
    {
        public DType? Seen { get; private set; }

        void IElementTask.Run<T>() => Seen = DTypes.Of<T>();

        void INumberTask.Run<T>() => Seen = DTypes.Of<T>();

        void IFloatTask.Run<T>() => Seen = DTypes.Of<T>();
    }
}
