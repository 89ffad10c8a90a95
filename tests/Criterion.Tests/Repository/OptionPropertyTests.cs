using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;

namespace Criterion.Tests.Repository;

/// <summary>Options can be read from the object that has them.</summary>
public class OptionPropertyTests
{
    static readonly Type[] Bases =
        [typeof(ICriterion), typeof(ImageMetric), typeof(Schedule), typeof(Optimizer), typeof(ParameterGroup), typeof(Module)];

    static readonly Type[] Public = [.. typeof(Tensor).Assembly.GetExportedTypes()];

    /// <summary>Objects with options: losses, penalties, metrics, schedules, layers, optimizers and their groups.</summary>
    public static TheoryData<Type> Owners =>
        [.. Public.Where(static type => !type.IsAbstract && Array.Exists(Bases, type.IsAssignableTo))];

    [Theory]
    [MemberData(nameof(Owners))]
    public void Every_option_is_a_property_of_the_same_name(Type type)
    {
        // Options that are given as one record are the properties of that record.
        string[] missing =
        [
            .. from constructor in type.GetConstructors()
               from parameter in constructor.GetParameters()
               where !parameter.ParameterType.Name.EndsWith("Options", StringComparison.Ordinal) && !IsNoOption(parameter.ParameterType)
               where type.GetProperty(Pascal(parameter.Name!)) is null
               select $"{type.Name}({parameter.Name})",
        ];
        Assert.Empty(missing);
    }

    [Fact]
    public void Options_of_layers_are_the_given_ones()
    {
        Conv2d conv = new(4, 6, (3, 5), stride: 2, padding: (1, 2), dilation: (3, 1), groups: 2);
        Assert.Equal((4, 6, new Size2(3, 5)), (conv.InChannels, conv.OutChannels, conv.Kernel));
        Assert.Equal((new Size2(2, 2), new Size2(1, 2), new Size2(3, 1), 2), (conv.Stride, conv.Padding, conv.Dilation, conv.Groups));
        ConvTranspose2d transposed = new(4, 6, (3, 5), stride: 2, padding: (1, 2), outputPadding: (1, 0), groups: 2);
        Assert.Equal((4, 6, new Size2(3, 5), 2), (transposed.InChannels, transposed.OutChannels, transposed.Kernel, transposed.Groups));
        Assert.Equal((new Size2(1, 0), new Size2(1, 1)), (transposed.OutputPadding, transposed.Dilation));
        Assert.Equal((3, 7), (new Linear(3, 7).InFeatures, new Linear(3, 7).OutFeatures));
        Assert.Equal((5, 2, 4), (new Embedding(5, 2).Count, new Embedding(5, 2).Dim, new Embedding(5, 2, paddingIndex: -1).PaddingIndex));
        BatchNorm2d norm = new(3, epsilon: 0.5, momentum: null, affine: false, trackRunningStats: false);
        Assert.Equal((3, 0.5, null, false, false), (norm.Features, norm.Epsilon, norm.Momentum, norm.Affine, norm.TrackRunningStats));
        Assert.Equal((new Size2(3, 3), new Size2(0, 0)), (new MaxPool2d(3).Stride, new MaxPool2d(3).Padding));
        Assert.Equal((2.5, null), (new Upsample(scale: 2.5).Scale, new Upsample(scale: 2.5).Size));
    }

    // Of what a layer is made: other layers, the source of its weights and their type.
    static bool IsNoOption(Type type) => type == typeof(RandomStream) || type == typeof(DType)
        || type.IsAssignableTo(typeof(Module)) || type == typeof(ReadOnlySpan<Module>)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>));

    static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
