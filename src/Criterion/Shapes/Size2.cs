namespace Criterion;

/// <summary>A height and a width: of a kernel, a stride, a padding, an image. One number stands for both.</summary>
/// <param name="Height">Along the last dimension but one.</param>
/// <param name="Width">Along the last dimension.</param>
public readonly record struct Size2(int Height, int Width)
{
    /// <summary>The same in both directions.</summary>
    public static implicit operator Size2(int both) => new(both, both);

    /// <summary>Height and width.</summary>
    public static implicit operator Size2((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary><c>height×width</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";

    internal void CheckAtLeast(int least, string operation, string name)
    {
        if (Height < least || Width < least)
        {
            throw new ArgumentOutOfRangeException(name, $"{operation}: {name} must be at least {least}, and is {this}.");
        }
    }
}
