namespace Criterion.Training;

/// <summary>The networks of recipes for images.</summary>
public enum GanNetwork
{
    /// <summary>Those of DCGAN: <see cref="Training.Dcgan"/>.</summary>
    Dcgan,

    /// <summary>Small ones like StyleGAN2's: <see cref="Training.StyleGan2"/>.</summary>
    StyleGan2,

    /// <summary>Small ones like R3GAN's own: <see cref="Training.R3Gan"/>.</summary>
    R3Gan,
}
