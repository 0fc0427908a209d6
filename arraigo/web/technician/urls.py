from django.urls import path, register_converter

from arraigo.web.converters import MomentConverter
from arraigo.web.technician import papers, photos, views

register_converter(MomentConverter, "moment")

urlpatterns = [
    path("", views.visits, name="visits"),
    path("photos/<key:pk>/", photos.show, name="photo"),
    path("photos/<key:pk>/remove/", photos.remove, name="photo_remove"),
    path("<str:number>/", views.visit, name="visit"),
    path("<str:number>/on-the-way/", views.set_out, name="visit_set_out"),
    path("<str:number>/arrived/", views.arrive, name="visit_arrive"),
    path("<str:number>/again/", views.visit_again, name="visit_again"),
    path("<str:number>/absent/", views.absent, name="visit_absent"),
    path("<str:number>/papers/", papers.visit_papers, name="visit_papers"),
    path("<str:number>/photos/<moment:moment>/", photos.add, name="photo_add"),
]
