using Criterion.Nn;

namespace Criterion.Training;

/// <summary>A convolution without bias, its batch normalization, and a ReLU.</summary>
internal sealed class InceptionConvolution : Module
{
    const double Epsilon = 1e-3;

    // Outside of the children, which have names of their own: a chain returns memory to the scope as it goes.
    readonly Sequential _chain;

    public InceptionConvolution(int from, int to, Size2 kernel, Size2 stride, Size2 padding, RandomStream? random, DType dtype)
    {
        Conv2d conv = Child("conv", new Conv2d(from, to, kernel, stride, padding, bias: false, random: random, dtype: dtype));
        _chain = [conv, Child("bn", new BatchNorm2d(to, Epsilon, dtype: dtype)), new ReLU()];
    }

    public override Tensor Forward(Tensor input) => _chain.Forward(input);
}

/// <summary>Branches that read the same input; their outputs are joined along the channels.</summary>
internal sealed class Branches(params Module[] branches) : Module
{
    public override Tensor Forward(Tensor input) => Tensor.Cat([.. branches.Select(branch => branch.Forward(input))], 1);
}

/// <summary>
/// The blocks of Inception v3, with the names and the order of torchvision's parameters. Source: Szegedy et al., Rethinking the Inception
/// architecture for computer vision, 2015, figures 5 to 7 and 10.
/// </summary>
internal sealed class InceptionBlock : Module
{
    readonly RandomStream? _random;
    readonly DType _dtype;
    readonly Branches _branches;

    InceptionBlock(RandomStream? random, DType dtype, Func<InceptionBlock, Module[]> branches)
    {
        (_random, _dtype) = (random, dtype);
        _branches = new Branches(branches(this));
    }

    // TensorFlow's average leaves out the padding.
    static AvgPool2d Average => new(3, stride: 1, padding: 1, countPadding: false);

    public static InceptionBlock A(int from, int pooled, RandomStream? random, DType dtype) => new(random, dtype, block =>
    [
        block.Conv("branch1x1", from, 64, 1),
        new Sequential(block.Conv("branch5x5_1", from, 48, 1), block.Conv("branch5x5_2", 48, 64, 5)),
        new Sequential(
            block.Conv("branch3x3dbl_1", from, 64, 1), block.Conv("branch3x3dbl_2", 64, 96, 3), block.Conv("branch3x3dbl_3", 96, 96, 3)),
        new Sequential(Average, block.Conv("branch_pool", from, pooled, 1)),
    ]);

    public static InceptionBlock B(int from, RandomStream? random, DType dtype) => new(random, dtype, block =>
    [
        block.Halve("branch3x3", from, 384),
        new Sequential(
            block.Conv("branch3x3dbl_1", from, 64, 1), block.Conv("branch3x3dbl_2", 64, 96, 3), block.Halve("branch3x3dbl_3", 96, 96)),
        new MaxPool2d(3, stride: 2),
    ]);

    public static InceptionBlock C(int from, int inner, RandomStream? random, DType dtype) => new(random, dtype, block =>
    [
        block.Conv("branch1x1", from, 192, 1),
        new Sequential(
            block.Conv("branch7x7_1", from, inner, 1), block.Conv("branch7x7_2", inner, inner, (1, 7)),
            block.Conv("branch7x7_3", inner, 192, (7, 1))),
        new Sequential(
            block.Conv("branch7x7dbl_1", from, inner, 1), block.Conv("branch7x7dbl_2", inner, inner, (7, 1)),
            block.Conv("branch7x7dbl_3", inner, inner, (1, 7)), block.Conv("branch7x7dbl_4", inner, inner, (7, 1)),
            block.Conv("branch7x7dbl_5", inner, 192, (1, 7))),
        new Sequential(Average, block.Conv("branch_pool", from, 192, 1)),
    ]);

    public static InceptionBlock D(int from, RandomStream? random, DType dtype) => new(random, dtype, block =>
    [
        new Sequential(block.Conv("branch3x3_1", from, 192, 1), block.Halve("branch3x3_2", 192, 320)),
        new Sequential(
            block.Conv("branch7x7x3_1", from, 192, 1), block.Conv("branch7x7x3_2", 192, 192, (1, 7)),
            block.Conv("branch7x7x3_3", 192, 192, (7, 1)), block.Halve("branch7x7x3_4", 192, 192)),
        new MaxPool2d(3, stride: 2),
    ]);

    /// <param name="from">The channels of the input.</param>
    /// <param name="isLast">Whether a maximum replaces the average, as in the last block of the network of 2015.</param>
    /// <param name="random">The stream of the initial weights.</param>
    /// <param name="dtype">The type of the weights.</param>
    public static InceptionBlock E(int from, bool isLast, RandomStream? random, DType dtype) => new(random, dtype, block =>
    [
        block.Conv("branch1x1", from, 320, 1),
        new Sequential(block.Conv("branch3x3_1", from, 384, 1), block.Fork("branch3x3_2")),
        new Sequential(
            block.Conv("branch3x3dbl_1", from, 448, 1), block.Conv("branch3x3dbl_2", 448, 384, 3), block.Fork("branch3x3dbl_3")),
        new Sequential(isLast ? new MaxPool2d(3, stride: 1, padding: 1) : Average, block.Conv("branch_pool", from, 192, 1)),
    ]);

    public override Tensor Forward(Tensor input) => _branches.Forward(input);

    /// <summary>Adds a convolution that keeps the size of the image.</summary>
    InceptionConvolution Conv(string name, int from, int to, Size2 kernel) =>
        Child(name, new InceptionConvolution(from, to, kernel, 1, (kernel.Height / 2, kernel.Width / 2), _random, _dtype));

    InceptionConvolution Halve(string name, int from, int to) =>
        Child(name, new InceptionConvolution(from, to, 3, 2, 0, _random, _dtype));

    Branches Fork(string name) => new(Conv($"{name}a", 384, 384, (1, 3)), Conv($"{name}b", 384, 384, (3, 1)));
}
